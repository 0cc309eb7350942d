"""The blueprint of the pages that belong to no stage. Importing the modules below fills it."""

from flask import Blueprint

blueprint = Blueprint("web", "evalflow.web")
