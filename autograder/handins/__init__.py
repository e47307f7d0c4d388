"""What each student of a class handed in: folders, archives, and the names that learning platforms give."""
