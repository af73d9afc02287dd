"""What the domain itself raises."""


class UnreadableDocument(Exception):
    """A whole document cannot be read as its stream's format: a column that must be there is missing, or it is no text.

    One bad row is not an error but a `Rejected`.
    """
