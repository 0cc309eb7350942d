"""Promotion: a public gallery, a page and a short link for every entry, and page views counted anonymously."""
