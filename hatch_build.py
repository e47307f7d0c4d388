"""Puts the data sample, with its licence, into the wheel; an editable install reads it where it lies."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SampleHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            for name in ("sample", "LICENSE", "README.md"):
                build_data["force_include"][f"data/{name}"] = f"autograder/data/{name}"
