"""Makes the reference numbers of this folder with PyTorch and transformers on a CPU.

Two tiny random models: a reward model (grouped queries, untied) with rewards, losses, gradients and ten AdamW steps, and a
language model with its own head. Run: python make_reference.py OUT (needs torch, transformers, safetensors).
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

SEED = 20230718
SHAPE = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=1,
    max_position_embeddings=128,
    rms_norm_eps=1e-6,
    tie_word_embeddings=False,
    pad_token_id=0,
)
ROPE_THETA = 500000.0
MARGINS = [1.0, 2 / 3, 1 / 3, 0.0, 3.0]
LR, WEIGHT_DECAY, BETAS, EPS, CLIP = 5e-4, 0.1, (0.9, 0.95), 1e-5, 1.0


def config(**more):
    values = dict(SHAPE, initializer_range=0.15, attn_implementation="eager", **more)
    return LlamaConfig(rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA}, **values)


def draw(length, generator):
    return torch.randint(5, SHAPE["vocab_size"], (length,), generator=generator).tolist()


def make_pairs(generator):
    """Responses that share the prompt and, in the last pair, one that is the beginning of the other."""
    pairs = []
    for index, margin in enumerate(MARGINS):
        prompt = [1] + draw(6 + 5 * index, generator)
        chosen, rejected = draw(4 + 3 * index, generator), draw(9 - index, generator)
        if index == len(MARGINS) - 1:
            rejected = chosen[:5]
        pairs.append({"chosen": prompt + chosen, "rejected": prompt + rejected, "margin": margin})
    return pairs


def reward(model, ids):
    return model(torch.tensor([ids])).logits[0, 0]


def rewards(model, pairs):
    return [torch.stack([reward(model, pair[side]) for pair in pairs]) for side in ("chosen", "rejected")]


def loss_of(model, pairs, margin=True, centering=0.0):
    chosen, rejected = rewards(model, pairs)
    margins = torch.tensor([pair["margin"] if margin else 0.0 for pair in pairs])
    return (-F.logsigmoid(chosen - rejected - margins)).mean() + centering * ((chosen + rejected) ** 2).mean()


def record_loss(model, pairs, **options):
    model.zero_grad()
    loss = loss_of(model, pairs, **options)
    loss.backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    embed = grads["model.embed_tokens.weight"]
    row = int(embed.norm(dim=1).argmax())
    skipped = ("model.embed_tokens.weight", "score.weight")
    return {
        "loss": loss.item(),
        "grad_norm_total": torch.stack([g.norm() for g in grads.values()]).norm().item(),
        "grad_norm": {name: g.norm().item() for name, g in grads.items()},
        "grad_head": {name: g.flatten()[:8].tolist() for name, g in grads.items() if name not in skipped},
        "grad_embed_row": {"row": row, "values": embed[row, :8].tolist()},
        "grad_score": grads["score.weight"].flatten().tolist(),
    }


def summary(p):
    flat = p.detach().flatten()
    wide = flat.double()
    return {
        "sum": wide.sum().item(),
        "sumsq": (wide * wide).sum().item(),
        "head": flat[:8].tolist(),
        "tail": flat[-8:].tolist(),
    }


def as_lists(both):
    return {"chosen": both[0].tolist(), "rejected": both[1].tolist()}


def record_steps(model, pairs):
    decay = [p for name, p in model.named_parameters() if not name.endswith("norm.weight")]
    rest = [p for name, p in model.named_parameters() if name.endswith("norm.weight")]
    groups = [{"params": decay, "weight_decay": WEIGHT_DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=LR, betas=BETAS, eps=EPS)
    steps = []
    for step in range(1, 11):
        optimizer.zero_grad()
        loss = loss_of(model, pairs)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        record = {"step": step, "loss_before": loss.item(), "grad_norm_before_clip": norm.item()}
        if step in (1, 3, 10):
            with torch.no_grad():
                record["rewards_after"] = as_lists(rewards(model, pairs))
            record["weights_after"] = {name: summary(p) for name, p in model.named_parameters()}
        steps.append(record)
    return steps


def write(out, name, model, numbers):
    tensors = {key: value.contiguous().clone() for key, value in model.state_dict().items()}
    save_file(tensors, out / f"{name}.safetensors", metadata={"format": "pt"})
    numbers = {
        "case": name,
        "seed": SEED,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "config": SHAPE,
        "rope_theta": ROPE_THETA,
        **numbers,
    }
    (out / f"{name}.json").write_text(json.dumps(numbers) + "\n")


def reward_case(out):
    torch.manual_seed(SEED)
    pairs = make_pairs(torch.Generator().manual_seed(SEED))
    model = LlamaForSequenceClassification(config(num_labels=1)).eval()
    name = "reward_gqa4"
    tensors_before = {key: value.clone() for key, value in model.state_dict().items()}
    with torch.no_grad():
        both = as_lists(rewards(model, pairs))
    losses = {
        "no_margin": record_loss(model, pairs, margin=False),
        "margin": record_loss(model, pairs),
        "margin_center_0.01": record_loss(model, pairs, centering=0.01),
    }
    settings = dict(lr=LR, weight_decay=WEIGHT_DECAY, betas=BETAS, eps=EPS, grad_clip=CLIP)
    steps = record_steps(model, pairs)
    model.load_state_dict(tensors_before)
    numbers = {"pairs": pairs, "rewards": both, "losses": losses, "adamw": {**settings, "steps": steps}}
    write(out, name, model, numbers)


def language_case(out):
    torch.manual_seed(SEED + 1)
    model = LlamaForCausalLM(config()).eval()
    prompt = [1] + draw(15, torch.Generator().manual_seed(SEED + 1))
    with torch.no_grad():
        logits = model(torch.tensor([prompt])).logits[0]
        ids = list(prompt)
        for _ in range(24):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    log_probabilities = F.log_softmax(logits, dim=-1)
    numbers = {
        "prompt": prompt,
        "greedy_24": ids,
        "logits_first4_every_position": logits[:, :4].tolist(),
        "argmax_every_position": logits.argmax(-1).tolist(),
        "logits_last_first32": logits[-1, :32].tolist(),
        "logprob_of_prompt": sum(log_probabilities[i, t].item() for i, t in enumerate(prompt[1:])),
    }
    write(out, "language_untied", model, numbers)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "reference")
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    reward_case(folder)
    language_case(folder)
