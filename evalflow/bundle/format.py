"""A season as a folder of text files, made to be written by hand as easily as by `evalflow export`.

    bundle.json                  {"format": 1, "season": …, "digest": …, "draw_seed": …}
    definition.json | .toml      the rules: canonical text, or a workflow file
    branches.csv                 branch, name
    entries.csv                  entry, number, branch, title, state
    stages/<stage>/<table>.csv   evidence; the tables are those of the stage's kind
    outcome.json                 {stage: {"figures": …, "facts": …}}, may be left out
    log/                         leaves.jsonl, checkpoint, verifier; may be left out

`texts` and `read` are a pair: what `texts` says, `read` reads back, and its bytes are the same for the same bundle.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalflow.audit.event import canonical
from evalflow.bundle import cells, folder as files
from evalflow.bundle.log import Log
from evalflow.errors import BundleError
from evalflow.kinds import KINDS
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.submission import STATES
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Outcome, Row, Tables
