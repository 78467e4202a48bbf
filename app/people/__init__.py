"""The people of a class: who they are, in which browsers they are known, and what each may see and change."""
