"""transformers' generate: K samples of a fixed length to one prompt, timed without loading."""
import time

import torch
from transformers import AutoModelForCausalLM

from common import device, emit, peak_rss_mib, read_request


def main():
    request = read_request()
    dtype = getattr(torch, request["precision"])
    model = AutoModelForCausalLM.from_pretrained(request["model"], dtype=dtype).eval().to(device())
    ids = torch.tensor([request["promptIds"]], device=device())
    mask = torch.ones_like(ids)

    def draw(tokens):
        torch.manual_seed(1)
        rows = model.generate(
            ids,
            attention_mask=mask,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            num_return_sequences=request["samples"],
            min_new_tokens=tokens,
            max_new_tokens=tokens,
            pad_token_id=0,
        )
        return rows.shape[0] * (rows.shape[1] - ids.shape[1])

    with torch.inference_mode():
        draw(4)
        emit("start")
        started = time.perf_counter()
        tokens = draw(request["tokens"])
        seconds = time.perf_counter() - started
        emit("end")
    emit("result", seconds=seconds, tokens=tokens, peakRssMib=peak_rss_mib())


main()
