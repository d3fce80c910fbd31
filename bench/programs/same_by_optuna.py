"""The reference ablation sweep by Optuna over the same script: one process per core, each of which trains one run after
the other from scratch. Reads JSON from standard input (bench/programs.ts), prints one line of JSON.
"""
import contextlib
import json
import multiprocessing
import os
import sys
import time

import optuna


def grid(settings):
    return {"arm": list(range(len(settings["arms"]))), "seed": settings["seeds"]}


def sampler(settings):
    return optuna.samplers.GridSampler(grid(settings), seed=0)


def work(settings):
    """One process: takes what is left of the grid until nothing is."""
    import cosweep
    from train import DEFAULTS, train
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name="ablation", storage=settings["storage"], sampler=sampler(settings))

    def objective(trial):
        arm = settings["arms"][trial.suggest_categorical("arm", grid(settings)["arm"])]
        seed = trial.suggest_categorical("seed", settings["seeds"])
        order = {"seed": seed, "batches": settings["batches"], "from": 0, "to": settings["batches"],
                 "evalEvery": settings["evalEvery"], "parameters": arm}
        return train(cosweep.Run(None, DEFAULTS, order))

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        study.optimize(objective)


def main():
    settings = json.load(sys.stdin)
    started = time.perf_counter()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.create_study(study_name="ablation", storage=settings["storage"], direction="maximize",
                        sampler=sampler(settings))
    processes = [multiprocessing.get_context("spawn").Process(target=work, args=(settings,))
                 for _ in range(settings["workers"])]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    trials = optuna.load_study(study_name="ablation", storage=settings["storage"]).trials
    done = {(trial.params["arm"], trial.params["seed"]) for trial in trials if trial.value is not None}
    print(json.dumps({"seconds": time.perf_counter() - started, "runs": len(done), "trials": len(trials)}))


if __name__ == "__main__":
    main()
