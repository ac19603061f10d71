"""transformers on groups of token rows, as its users score: right-padded batches in the order given. Timed without loading."""
import time

import torch
from transformers import AutoModelForSequenceClassification

from common import device, emit, padded, peak_rss_mib, read_request


def main():
    request = read_request()
    dtype = getattr(torch, request["precision"])
    model = AutoModelForSequenceClassification.from_pretrained(request["model"], num_labels=1, dtype=dtype)
    model.eval().to(device())
    pad_id = model.config.pad_token_id

    def score(groups):
        """Groups are batched so that a batch has at most so many rows; a group is never divided."""
        rewards, batch = [], []
        for group in groups:
            if batch and sum(map(len, batch)) + len(group) > request["rows_per_batch"]:
                rewards += run(batch)
                batch = []
            batch.append(group)
        return rewards + run(batch)

    def run(batch):
        ids, mask = padded([row for group in batch for row in group], pad_id)
        flat = model(input_ids=ids, attention_mask=mask, use_cache=False).logits.flatten().float().tolist()
        rewards = []
        for group in batch:
            rewards.append(flat[: len(group)])
            flat = flat[len(group) :]
        return rewards

    with torch.inference_mode():
        warm_up, *calls = request["calls"]
        score(warm_up)
        emit("start")
        started = time.perf_counter()
        rewards = [reward for groups in calls for reward in score(groups)]
        seconds = time.perf_counter() - started
        emit("end")
    emit("result", seconds=seconds, rewards=rewards, peakRssMib=peak_rss_mib())


main()
