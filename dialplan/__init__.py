"""The language between the planes: what a number leads to, and what happens next. Pure, standard library only."""
