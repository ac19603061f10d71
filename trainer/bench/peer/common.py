"""What the peers' child programs share: request, marks, memory. bench/child.ts reads the other end."""
import json
import resource
import sys

import torch


def read_request():
    with open(sys.argv[1]) as file:
        request = json.load(file)
    torch.set_num_threads(request["threads"])
    return request


def emit(event, **fields):
    # On a GPU the work before a mark must be over when the mark is read.
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    print(json.dumps({"event": event, **fields}, separators=(",", ":")), flush=True)


def peak_rss_mib():
    """Largest resident memory of this process since it started."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def device():
    return "cuda" if torch.cuda.is_available() else "cpu"


def padded(rows, pad_id):
    """Right-padded ids and mask."""
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), pad_id, dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return ids.to(device()), mask.to(device())
