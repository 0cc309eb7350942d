"""What a result means and how firmly it stands: explained, taken apart, put under other rules. PURE.

Everything here reads a `bundle.format.Bundle`, as exported or as found in a folder, and recounts it: whole, or altered.
"""
