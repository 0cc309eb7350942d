"""Workflow definitions: data, their reader, and the machine that makes one step. Pure."""
