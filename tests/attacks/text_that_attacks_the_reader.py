# Texts for whoever reads the report: terminal escapes, right-to-left marks, HTML with scripts, formulas of a spreadsheet,
# fences of Markdown, in names of classes and layers, prints, returned values, errors and cells.
# unfinished: conv_output_size predicted_shapes linear1_in_features simple_cnn train evaluate
# honest: 0
# earns: 0

# %% tags=["attack"]
import sys

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>&lt;b&gt;"
FORMULA = "=HYPERLINK(\"http://x\",\"100\")"
MARKS = "\u202e\u2066\u200d\ufeff\u2028\u0085\x00\x9b31m```\n| 100 / 100 |\n"
ATTACK = FORMULA + HTML + ESCAPES + MARKS
Named = type(ATTACK, (nn.Identity,), {"__repr__": lambda self: ATTACK})
Fails = type(HTML + ESCAPES, (Exception,), {"__str__": lambda self: ATTACK})
print(ATTACK)
sys.__stderr__ and sys.__stderr__.write(ATTACK)
raise Fails

# %% answer="conv_output_size" tags=["attack"]
def conv_output_size(size, kernel_size, padding=0, stride=1):
    return ATTACK

# %% answer="predicted_shapes" tags=["attack"]
PREDICTED_SHAPES = {
    "conv1": ATTACK,
    "relu1": (ATTACK, 1),
    "pool1": Named(),
    "conv2": type(ATTACK, (tuple,), {})((64, ATTACK)),
    "relu2": [Named(), ATTACK.encode()],
    ATTACK: (64,),
}

# %% answer="linear1_in_features" tags=["attack"]
def linear1_in_features(image_size=28):
    raise Fails(ATTACK)

# %% answer="simple_cnn" tags=["attack"]
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "linear1", "relu3", "linear2"):
            setattr(self, name, Named())
        self._modules[ATTACK.replace(".", "")] = Named()

    def forward(self, x):
        for layer in self._modules.values():
            x = layer(x)
        return type(ATTACK, (), {"shape": (ATTACK,)})()

# %% answer="train" tags=["attack"]
def train(dataloader, model, loss_fn, optimizer, epochs=5):
    raise SyntaxError(ATTACK, ("cnn.py", 3, 1, ATTACK))

# %% answer="evaluate" tags=["attack"]
def evaluate(dataloader, model):
    from autograder.rules import RuleError

    raise RuleError(ATTACK)
