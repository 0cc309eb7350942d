"""Declaration: branches fill in a form, autosaved; the organiser accepts it or returns it for amendment."""
