"""Rewards of a base model with LoRA additions as PEFT loads them, of PEFT's own merge, and what PEFT writes back.

Usage: peft_rewards.py BASE ADAPTER ROWS.json OUT_DIRECTORY -> {"adapted": [...], "merged": [...], "sameFile": bool}
"""
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()


def load(base, adapter):
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1, dtype=torch.float32)
    return PeftModel.from_pretrained(model, adapter).eval()


def rewards(model, rows):
    with torch.no_grad():
        return [model(input_ids=torch.tensor([row])).logits.item() for row in rows]


base, adapter, rows_file, out = sys.argv[1:]
rows = json.loads(Path(rows_file).read_text())
model = load(base, adapter)
model.save_pretrained(out)
name = "adapter_model.safetensors"
ours, theirs = load_file(Path(adapter) / name), load_file(Path(out) / name)
same = sorted(ours) == sorted(theirs) and all(torch.equal(ours[key], theirs[key]) for key in ours)
adapted = rewards(model, rows)
print(json.dumps({"adapted": adapted, "merged": rewards(model.merge_and_unload(), rows), "sameFile": same}))
