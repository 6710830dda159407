"""Python's onnxruntime as a peer: `python3 onnxruntime_decode.py FOLDER THREADS`.

The usual loop over a graph in Optimum's layout: what a step gives as `present` goes into the next as `past_key_values`, as
values of the runtime that are not copied to numpy, and the likeliest token is taken. Each line in, {ids, requests, tokens},
asks for so many answers of so many tokens as one batch; each line out, {seconds, tokens}, says how long they took together.
"""

import json
import pathlib
import sys
import time

import numpy as np
import onnxruntime as ort

folder = pathlib.Path(sys.argv[1])
config = json.loads((folder / "config.json").read_text())
options = ort.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
options.inter_op_num_threads = 1
options.log_severity_level = 3
session = ort.InferenceSession(folder / "onnx/model.onnx", options, providers=["CPUExecutionProvider"])
names = [each.name for each in session.get_inputs()]
pasts = [name for name in names if name.startswith("past_key_values.")]
fetches = ["logits", *(name.replace("past_key_values", "present") for name in pasts)]
# A text that ends early would be another length of work; the other arms end theirs, too.
ends = config.get("eos_token_id")


value = ort.OrtValue.ortvalue_from_numpy


def answer(ids, requests, tokens):
    empty = np.zeros((requests, config["num_key_value_heads"], 0, config["head_dim"]), np.float32)
    cache = {name: value(empty) for name in pasts}
    fed, seen, given = np.tile(np.array(ids, np.int64), (requests, 1)), 0, 0
    while given < tokens:
        width = fed.shape[1]
        inputs = {
            "num_logits_to_keep": np.array(1, np.int64),
            "input_ids": fed,
            "attention_mask": np.ones((requests, seen + width), np.int64),
            "position_ids": np.tile(np.arange(seen, seen + width, dtype=np.int64), (requests, 1)),
        }
        known = {name: value(array) for name, array in inputs.items() if name in names}
        logits, *present = session.run_with_ort_values(fetches, {**known, **cache})
        cache = dict(zip(pasts, present))
        seen += width
        fed = logits.numpy()[:, -1].argmax(-1, keepdims=True).astype(np.int64)
        given += 1
        if (fed == ends).all():
            break
    return given * requests


for line in sys.stdin:
    asked = json.loads(line)
    started = time.perf_counter()
    given = answer(asked["ids"], asked["requests"], asked["tokens"])
    print(json.dumps({"seconds": time.perf_counter() - started, "tokens": given}), flush=True)
