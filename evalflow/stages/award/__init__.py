"""The award: what was decided and left standing is made final, and only then public; certificates and results."""
