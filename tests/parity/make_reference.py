"""Makes the reference numbers of this folder with PyTorch and transformers on a CPU.

Tiny random models. Llama: a reward model (grouped queries, untied) with rewards, losses, gradients and ten AdamW steps, and a
language model with its own head. Then a reward model of each other family (biases, q/k norms, a window, Llama 3's RoPE), and
a Qwen3 language model with tied embeddings. Run: python make_reference.py OUT (needs torch, transformers, safetensors).
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    MistralConfig,
    MistralForSequenceClassification,
    Qwen2Config,
    Qwen2ForSequenceClassification,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3ForSequenceClassification,
)

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
DEFAULT_ROPE = {"rope_type": "default", "rope_theta": 10000.0}
# The rows are longer than this original context, so that stretched, blended and kept frequencies all count.
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 24,
}
SMALL = dict(
    vocab_size=48,
    hidden_size=24,
    intermediate_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=256,
    tie_word_embeddings=False,
    pad_token_id=0,
)
FAMILIES = {
    "reward_llama3_rope": (
        LlamaForSequenceClassification,
        LlamaConfig,
        dict(attention_bias=True, rope_parameters=LLAMA3_ROPE),
    ),
    "reward_mistral": (
        MistralForSequenceClassification,
        MistralConfig,
        dict(sliding_window=64, head_dim=8, rope_parameters=DEFAULT_ROPE),
    ),
    "reward_qwen2": (Qwen2ForSequenceClassification, Qwen2Config, dict(rope_parameters=DEFAULT_ROPE)),
    "reward_qwen3": (Qwen3ForSequenceClassification, Qwen3Config, dict(head_dim=8, rope_parameters=DEFAULT_ROPE)),
}
LR, WEIGHT_DECAY, BETAS, EPS, CLIP = 5e-4, 0.1, (0.9, 0.95), 1e-5, 1.0


def config(**more):
    values = dict(SHAPE, initializer_range=0.15, attn_implementation="eager", **more)
    return LlamaConfig(rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA}, **values)


def draw(length, generator, vocab_size=SHAPE["vocab_size"]):
    return torch.randint(5, vocab_size, (length,), generator=generator).tolist()


def make_pairs(generator, vocab_size=SHAPE["vocab_size"]):
    """Responses that share the prompt and, in the last pair, one that is the beginning of the other."""
    pairs = []
    for index, margin in enumerate(MARGINS):
        prompt = [1] + draw(6 + 5 * index, generator, vocab_size)
        chosen = draw(4 + 3 * index, generator, vocab_size)
        rejected = draw(9 - index, generator, vocab_size)
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


def record_steps(model, pairs, weights_at=(1, 3, 10)):
    undecayed = ("norm.weight", ".bias")
    decay = [p for name, p in model.named_parameters() if not name.endswith(undecayed)]
    rest = [p for name, p in model.named_parameters() if name.endswith(undecayed)]
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
        if step in weights_at:
            record["weights_after"] = {name: summary(p) for name, p in model.named_parameters()}
        steps.append(record)
    return steps


def write(out, name, model, numbers, shape=None):
    """Without `shape` the configuration is a file of its own, as transformers writes it."""
    tied = getattr(model.config, "tie_word_embeddings", False)
    state = {key: value for key, value in model.state_dict().items() if not (tied and key == "lm_head.weight")}
    tensors = {key: value.contiguous().clone() for key, value in state.items()}
    save_file(tensors, out / f"{name}.safetensors", metadata={"format": "pt"})
    numbers = {
        "case": name,
        "seed": SEED,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        **(shape or {}),
        **numbers,
    }
    if shape is None:
        model.config.architectures = [type(model).__name__]
        (out / f"{name}.config.json").write_text(model.config.to_json_string())
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
    write(out, name, model, numbers, {"config": SHAPE, "rope_theta": ROPE_THETA})


def shake(model):
    """Norms start at 1 and biases at 0 in transformers, where a reader that forgets them would not be noticed."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith(("norm.weight", ".bias")):
                p.add_(torch.empty_like(p).normal_(0, 0.25, generator=generator))


def family_case(out, name):
    torch.manual_seed(SEED)
    architecture, configuration, more = FAMILIES[name]
    settings = {**SMALL, **more}
    model = architecture(configuration(num_labels=1, initializer_range=0.2, attn_implementation="eager", **settings))
    model.eval()
    shake(model)
    pairs = make_pairs(torch.Generator().manual_seed(SEED), SMALL["vocab_size"])
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with torch.no_grad():
        both = as_lists(rewards(model, pairs))
    losses = {"margin_center_0.01": record_loss(model, pairs, centering=0.01)}
    settings = dict(lr=LR, weight_decay=WEIGHT_DECAY, betas=BETAS, eps=EPS, grad_clip=CLIP)
    steps = record_steps(model, pairs, weights_at=(10,))
    model.load_state_dict(before)
    write(out, name, model, {"pairs": pairs, "rewards": both, "losses": losses, "adamw": {**settings, "steps": steps}})


def language_numbers(model, prompt):
    with torch.no_grad():
        logits = model(torch.tensor([prompt])).logits[0]
        ids = list(prompt)
        for _ in range(24):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    log_probabilities = F.log_softmax(logits, dim=-1)
    return {
        "prompt": prompt,
        "greedy_24": ids,
        "logits_first4_every_position": logits[:, :4].tolist(),
        "argmax_every_position": logits.argmax(-1).tolist(),
        "logits_last_first32": logits[-1, :32].tolist(),
        "logprob_of_prompt": sum(log_probabilities[i, t].item() for i, t in enumerate(prompt[1:])),
    }


def language_case(out):
    torch.manual_seed(SEED + 1)
    model = LlamaForCausalLM(config()).eval()
    prompt = [1] + draw(15, torch.Generator().manual_seed(SEED + 1))
    write(out, "language_untied", model, language_numbers(model, prompt), {"config": SHAPE, "rope_theta": ROPE_THETA})


def qwen3_language_case(out):
    torch.manual_seed(SEED + 2)
    settings = {**SMALL, "tie_word_embeddings": True, "head_dim": 8, "attention_bias": True}
    model = Qwen3ForCausalLM(
        Qwen3Config(initializer_range=0.2, attn_implementation="eager", rope_parameters=DEFAULT_ROPE, **settings)
    ).eval()
    shake(model)
    prompt = [1] + draw(15, torch.Generator().manual_seed(SEED + 2), SMALL["vocab_size"])
    write(out, "language_qwen3_tied", model, language_numbers(model, prompt))


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "reference")
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    reward_case(folder)
    language_case(folder)
    for family in FAMILIES:
        family_case(folder, family)
    qwen3_language_case(folder)
