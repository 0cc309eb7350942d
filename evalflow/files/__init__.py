"""Files of entries: recognised by content, cleaned, kept in the database so that all nodes share them."""
