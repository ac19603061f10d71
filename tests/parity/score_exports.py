"""Loads model directories with transformers and prints what they answer to rows of token ids, as JSON.

Usage: python score_exports.py JOBS.json, a list of {"directory", "rows"}. A *ForSequenceClassification directory gives the
logit of each row alone, and in one batch padded to the right and to the left; a *ForCausalLM the last position's logits.
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer


def padded(rows, pad, side):
    width = max(map(len, rows))
    fill = [[pad] * (width - len(row)) for row in rows]
    real = [[1] * len(row) for row in rows]
    none = [[0] * len(blank) for blank in fill]
    join = (lambda a, b: a + b) if side == "right" else (lambda a, b: b + a)
    ids = torch.tensor([join(row, blank) for row, blank in zip(rows, fill)])
    mask = torch.tensor([join(ones, zeros) for ones, zeros in zip(real, none)])
    return {"input_ids": ids, "attention_mask": mask}


def answer(job):
    directory, rows = job["directory"], job["rows"]
    config = AutoConfig.from_pretrained(directory)
    reward = config.architectures[0].endswith("ForSequenceClassification")
    loader = AutoModelForSequenceClassification if reward else AutoModelForCausalLM
    model, info = loader.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    model.eval()
    result = {
        "class": type(model).__name__,
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "labels": config.num_labels if reward else None,
        "pad": config.pad_token_id,
        "tokenizerPad": AutoTokenizer.from_pretrained(directory).pad_token_id,
    }
    with torch.no_grad():
        alone = [model(torch.tensor([row])).logits[0] for row in rows]
        if not reward:
            return {**result, "logits": [logits[-1].tolist() for logits in alone]}
        result["alone"] = [logits.item() for logits in alone]
        for side in ("right", "left"):
            batch = padded(rows, config.pad_token_id, side)
            # As callers with a padded batch should: positions count from the row's own first token.
            positions = (batch["attention_mask"].cumsum(-1) - 1).clamp(min=0)
            result[side] = model(**batch, position_ids=positions).logits[:, 0].tolist()
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    with open(sys.argv[1], encoding="utf8") as jobs:
        print(json.dumps([answer(job) for job in json.load(jobs)]))
