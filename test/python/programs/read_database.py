"""Prints what cosweep_read.py gives of a database, as JSON; with `bare` as if pandas were not installed."""
import json
import sys

file, how = sys.argv[1:]
if how == "bare":
    sys.modules["pandas"] = None
import cosweep_read


def rows(table):
    return table if isinstance(table, list) else table.astype(object).where(table.notna(), None).to_dict("records")


def refusal(*args):
    try:
        db.runs(*args)
    except ValueError as error:
        return str(error)


with cosweep_read.open(file) as db:
    print(json.dumps({
        "type": type(db.runs()).__name__,
        "sweeps": rows(db.sweeps()),
        "runs": rows(db.runs("s1")),
        "by name": rows(db.runs("two-betas")) == rows(db.runs(1)),
        "curves": rows(db.curves("latest", "val/accuracy", "train/total")),
        "all": len(db.curves()),
        "pairs": rows(db.pairs("latest", "val/accuracy")),
        "query": rows(db.query("SELECT count(*) AS n FROM runs WHERE seed = ?", 2)),
        "refused": refusal("threee"),
    }))
