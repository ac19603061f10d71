// Attention of ATen operators, for devices other than the CPU. bfloat16 on CUDA goes to variable-length flash attention, all blocks
// in one call with each block's keys gathered; anything else is a product, a softmax and a product per block.
#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <deque>
#include <limits>

#include "layer_parts.h"

namespace pairwright {
namespace {

using Blocks = std::vector<AttentionBlock>;

bool flashes(const at::Tensor& q) { return q.is_cuda() && q.scalar_type() == at::kBFloat16 && q.size(2) % 8 == 0 && q.size(2) <= 256; }

at::Tensor onDevice(const std::vector<int64_t>& values, at::ScalarType dtype, const at::Tensor& like) {
  return at::tensor(values, at::TensorOptions().dtype(at::kLong)).to(like.device(), dtype);
}

/// The blocks as flash attention wants them: rows gathered in order, and where each block begins among them.
struct Gathered {
  at::Tensor queryRows, keyRows, queryStarts, keyStarts;
  int64_t queriesMax = 0, keysMax = 0;
};

Gathered gather(const Blocks& blocks, const at::Tensor& q) {
  std::vector<int64_t> queries, keys, queryStarts{0}, keyStarts{0};
  Gathered result;
  for (const AttentionBlock& block : blocks) {
    for (int64_t i = 0; i < block.queryCount; i++) queries.push_back(block.queryStart + i);
    for (const KeyRange& range : block.keys)
      for (int64_t i = 0; i < range.count; i++) keys.push_back(range.start + i);
    queryStarts.push_back(static_cast<int64_t>(queries.size()));
    keyStarts.push_back(static_cast<int64_t>(keys.size()));
    result.queriesMax = std::max(result.queriesMax, block.queryCount);
    result.keysMax = std::max(result.keysMax, block.keyCount);
  }
  result.queryRows = onDevice(queries, at::kLong, q);
  result.keyRows = onDevice(keys, at::kLong, q);
  result.queryStarts = onDevice(queryStarts, at::kInt, q);
  result.keyStarts = onDevice(keyStarts, at::kInt, q);
  return result;
}

/// The same, computed once for all layers that ask with the same blocks: copying to a GPU waits for it.
const Gathered& gathered(const Blocks& blocks, const at::Tensor& q) {
  struct Entry {
    Blocks blocks;
    c10::Device device;
    Gathered rows;
  };
  // The blocks of a model's layers and those of its trimmed last one, of this micro-batch and the one before. Never freed: at the
  // process's end the GPU may be gone first.
  constexpr size_t kEntriesMax = 4;
  static thread_local auto* const entries = new std::deque<Entry>();
  for (const Entry& entry : *entries)
    if (entry.device == q.device() && entry.blocks == blocks) return entry.rows;
  if (entries->size() == kEntriesMax) entries->pop_back();
  entries->push_front({blocks, q.device(), gather(blocks, q)});
  return entries->front().rows;
}

/// Flash attention with both kinds of rows causal to the bottom right, as the blocks are.
Attention flashForward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Blocks& blocks) {
  const Gathered& rows = gathered(blocks, q);
  const auto [value, logSums, seed, unused, mask] = at::_flash_attention_forward(
      q.index_select(0, rows.queryRows), k.index_select(0, rows.keyRows), v.index_select(0, rows.keyRows), rows.queryStarts,
      rows.keyStarts, rows.queriesMax, rows.keysMax, 0.0, true, false);
  at::Tensor all = at::zeros_like(q);
  all.index_copy_(0, rows.queryRows, value);
  return {all, logSums};
}

AttentionGradient flashBackward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const Attention& forward, const Blocks& blocks) {
  const Gathered& rows = gathered(blocks, q);
  // As the forward pass gives them out; without dropout the random state is not read.
  const at::Tensor noRandom = at::empty({2}, q.options().dtype(at::kUInt64));
  const at::Tensor unused = at::empty({}, q.options().dtype(at::kUInt64));
  const auto [dq, dk, dv] = at::_flash_attention_backward(
      dy.index_select(0, rows.queryRows), q.index_select(0, rows.queryRows), k.index_select(0, rows.keyRows),
      v.index_select(0, rows.keyRows), forward.value.index_select(0, rows.queryRows), forward.logSums, rows.queryStarts,
      rows.keyStarts, rows.queriesMax, rows.keysMax, 0.0, true, noRandom, unused);
  AttentionGradient result{at::zeros_like(q), at::zeros_like(k, k.options().dtype(at::kFloat)),
                           at::zeros_like(v, v.options().dtype(at::kFloat))};
  result.q.index_copy_(0, rows.queryRows, dq);
  // Keys that several blocks read get the sum, in float32.
  result.k.index_add_(0, rows.keyRows, dk.to(at::kFloat));
  result.v.index_add_(0, rows.keyRows, dv.to(at::kFloat));
  return {result.q, result.k.to(k.scalar_type()), result.v.to(v.scalar_type())};
}

/// A block's rows of keys or values, [Hk, keys, D].
at::Tensor keysOf(const at::Tensor& k, const AttentionBlock& block) {
  std::vector<at::Tensor> parts;
  for (const KeyRange& range : block.keys) parts.push_back(k.narrow(0, range.start, range.count));
  return (parts.size() == 1 ? parts[0] : at::cat(parts, 0)).transpose(0, 1).to(at::kFloat);
}

/// A block's query rows with the heads of a key's group folded into rows: [Hk, (H / Hk) * n, D].
at::Tensor foldQueries(const at::Tensor& q, const AttentionBlock& block, int64_t groups) {
  const int64_t perGroup = q.size(1) / groups, width = q.size(2);
  return q.narrow(0, block.queryStart, block.queryCount)
      .to(at::kFloat)
      .view({block.queryCount, groups, perGroup, width})
      .permute({1, 2, 0, 3})
      .reshape({groups, perGroup * block.queryCount, width});
}

at::Tensor unfoldQueries(const at::Tensor& folded, const AttentionBlock& block) {
  const int64_t groups = folded.size(0), perGroup = folded.size(1) / block.queryCount, width = folded.size(2);
  return folded.view({groups, perGroup, block.queryCount, width})
      .permute({2, 0, 1, 3})
      .reshape({block.queryCount, groups * perGroup, width});
}

/// Scores with what a row does not see at minus infinity, [Hk, (H / Hk), n, keys].
at::Tensor maskedScores(const at::Tensor& queries, const at::Tensor& keys, const AttentionBlock& block) {
  const at::Tensor hidden =
      at::ones({block.queryCount, block.keyCount}, queries.options().dtype(at::kBool)).triu(block.keyCount - block.queryCount + 1);
  return at::bmm(queries, keys.transpose(1, 2))
      .mul_(1 / std::sqrt(static_cast<double>(queries.size(2))))
      .view({queries.size(0), -1, block.queryCount, block.keyCount})
      .masked_fill_(hidden, -std::numeric_limits<float>::infinity());
}

}  // namespace

Attention attentionComposed(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Blocks& blocks) {
  if (blocks.empty()) return {at::zeros_like(q), at::zeros({q.size(1), q.size(0)}, q.options().dtype(at::kFloat))};
  if (flashes(q)) return flashForward(q, k, v, blocks);
  Attention result{at::zeros_like(q), at::zeros({q.size(1), q.size(0)}, q.options().dtype(at::kFloat))};
  for (const AttentionBlock& block : blocks) {
    const at::Tensor queries = foldQueries(q, block, k.size(1));
    const at::Tensor scores = maskedScores(queries, keysOf(k, block), block);
    const at::Tensor logSums = at::logsumexp(scores, -1, true);
    const at::Tensor weights = (scores - logSums).exp_().view({queries.size(0), queries.size(1), block.keyCount});
    result.value.narrow(0, block.queryStart, block.queryCount).copy_(unfoldQueries(at::bmm(weights, keysOf(v, block)), block));
    result.logSums.narrow(1, block.queryStart, block.queryCount).copy_(logSums.reshape({q.size(1), block.queryCount}));
  }
  return result;
}

AttentionGradient attentionComposedBackward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                            const Attention& forward, const Blocks& blocks) {
  if (blocks.empty()) return {at::zeros_like(q), at::zeros_like(k), at::zeros_like(v)};
  if (flashes(q)) return flashBackward(dy, q, k, v, forward, blocks);
  const auto wide = [](const at::Tensor& tensor) { return at::zeros_like(tensor, tensor.options().dtype(at::kFloat)); };
  AttentionGradient result{wide(q), wide(k), wide(v)};
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(2)));
  for (const AttentionBlock& block : blocks) {
    const at::Tensor queries = foldQueries(q, block, k.size(1)), slopes = foldQueries(dy, block, k.size(1));
    const at::Tensor keys = keysOf(k, block), values = keysOf(v, block);
    const at::Tensor logSums =
        forward.logSums.narrow(1, block.queryStart, block.queryCount).reshape({k.size(1), -1, block.queryCount, 1});
    const at::Tensor weights =
        (maskedScores(queries, keys, block) - logSums).exp_().view({queries.size(0), queries.size(1), block.keyCount});
    const at::Tensor along = (slopes * foldQueries(forward.value, block, k.size(1))).sum(-1, true);
    const at::Tensor dScores = at::bmm(slopes, values.transpose(1, 2)).sub_(along).mul_(weights).mul_(scale);
    result.q.narrow(0, block.queryStart, block.queryCount).copy_(unfoldQueries(at::bmm(dScores, keys), block));
    const at::Tensor dKeys = at::bmm(dScores.transpose(1, 2), queries).transpose(0, 1);
    const at::Tensor dValues = at::bmm(weights.transpose(1, 2), slopes).transpose(0, 1);
    int64_t at = 0;
    for (const KeyRange& range : block.keys) {
      result.k.narrow(0, range.start, range.count).add_(dKeys.narrow(0, at, range.count));
      result.v.narrow(0, range.start, range.count).add_(dValues.narrow(0, at, range.count));
      at += range.count;
    }
  }
  return {result.q.to(q.scalar_type()), result.k.to(k.scalar_type()), result.v.to(v.scalar_type())};
}

}  // namespace pairwright
