"""TRL's RewardTrainer on token rows that were made beforehand, in the given order, timed from the end of the first optimizer step to
the end of the last: neither loading nor tokenising nor the first allocation counts. Nothing is saved."""
import time

import torch
from datasets import Dataset
from torch.utils.data import SequentialSampler
from transformers import AutoModelForSequenceClassification, AutoTokenizer, TrainerCallback
from trl import RewardConfig, RewardTrainer

from common import device, emit, padded, peak_rss_mib, read_request


class Timing(TrainerCallback):
    def __init__(self):
        self.started = None
        self.seconds = None
        self.gpu_peak_mib = None

    def on_step_end(self, args, state, control, **_):
        if state.global_step == 1:
            emit("start")
            self.started = time.perf_counter()
        if state.global_step == state.max_steps:
            emit("end")
            self.seconds = time.perf_counter() - self.started
            if torch.cuda.is_available():
                self.gpu_peak_mib = torch.cuda.max_memory_allocated() // 2**20


class InOrder(RewardTrainer):
    """The pairs in the order of the file, and every micro-batch's loss kept; else TRL's own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.micro_losses = []

    def _get_train_sampler(self, train_dataset=None):
        return SequentialSampler(train_dataset if train_dataset is not None else self.train_dataset)

    def compute_loss(self, *args, **kwargs):
        result = super().compute_loss(*args, **kwargs)
        self.micro_losses.append(result.detach())
        return result


def judge(model, pairs, pad_id):
    """Correct pairs, a tie counting half; rewards in float32, pair by pair so that padding plays no part."""
    model.eval()
    correct = 0.0
    with torch.no_grad():
        for pair in pairs:
            ids, mask = padded([pair["chosen_ids"], pair["rejected_ids"]], pad_id)
            chosen, rejected = model(input_ids=ids, attention_mask=mask).logits.flatten().tolist()
            correct += 1 if chosen > rejected else 0.5 if chosen == rejected else 0
    return correct


def main():
    request = read_request()
    tokenizer = AutoTokenizer.from_pretrained(request["model"])
    model = AutoModelForSequenceClassification.from_pretrained(request["model"], num_labels=1, dtype=torch.float32)
    batch, accumulation = request["batch"], request["accumulation"]
    config = RewardConfig(
        output_dir=request["out"],
        max_length=request["tokens_per_row_max"],
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=accumulation,
        max_steps=request["steps"],
        bf16=request["precision"] == "bfloat16",
        gradient_checkpointing=request["checkpointing"],
        use_cpu=device() == "cpu",
        learning_rate=request["learning_rate"],
        lr_scheduler_type="constant",
        adam_beta1=request["beta1"],
        adam_beta2=request["beta2"],
        adam_epsilon=request["epsilon"],
        weight_decay=0.0,
        max_grad_norm=request["clip"],
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    timing = Timing()
    rows = Dataset.from_list([{key: pair[key] for key in ("chosen_ids", "rejected_ids")} for pair in request["pairs"]])
    trainer = InOrder(model=model, args=config, train_dataset=rows, processing_class=tokenizer, callbacks=[timing])
    if len(trainer.train_dataset) != len(request["pairs"]):
        raise SystemExit("TRL left pairs out: the two sides would not train on the same ones")
    trainer.train()
    micro = [float(loss) for loss in trainer.micro_losses]
    losses = [sum(micro[at : at + accumulation]) / accumulation for at in range(0, len(micro), accumulation)]
    result = {"seconds": timing.seconds, "losses": losses, "peakRssMib": peak_rss_mib(), "gpuPeakMib": timing.gpu_peak_mib}
    if request["heldout"]:
        result["judged"] = len(request["heldout"])
        result["correct"] = judge(trainer.model, request["heldout"], tokenizer.pad_token_id)
    emit("result", **result)


main()
