"""The public notice: the proposed awards are named, anybody may object under their name, and the organiser answers."""
