"""Approval: a committee goes over applications one by one, comments, proposes other targets and decides."""
