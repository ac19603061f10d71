// Attention on the CPU: by block, query head and tile of rows; keys are read where they lie and never repeated, and the softmax is
// not stored: the gradient computes it again from each row's log of the sum. Columns after a tile's last visible key are left out.
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>

#include "layer_parts.h"
#include "numbers.h"
#include "products.h"

namespace pairwright {
namespace {

/// Rows of one tile: enough for the matrix product, few enough that its scores stay in the second-level cache.
constexpr int64_t kTileRows = 64;

/// Plain memory of floats, row-major.
struct Heads {
  const float* values;
  int64_t heads, width;
  int64_t row() const { return heads * width; }
  const float* at(int64_t token, int64_t head) const { return values + token * row() + head * width; }
};

struct Problem {
  Heads q, k, v;
  const std::vector<AttentionBlock>& blocks;
  float scale;
  int64_t keysMax, queryRows;
  int64_t perGroup() const { return q.heads / k.heads; }
};

/// The rows [from, to) of a block.
struct Tile {
  const AttentionBlock* block;
  int64_t from, to;
  int64_t rows() const { return to - from; }
  int64_t firstQuery() const { return block->queryStart + from; }
  /// Keys that row `row` of the block sees.
  int64_t visible(int64_t row) const { return block->keyCount - block->queryCount + row + 1; }
  /// Keys that the last row sees: the tile's columns.
  int64_t columns() const { return visible(to - 1); }
};

std::vector<Tile> tilesOf(const AttentionBlock& block) {
  std::vector<Tile> tiles;
  for (int64_t from = 0; from < block.queryCount; from += kTileRows)
    tiles.push_back({&block, from, std::min(block.queryCount, from + kTileRows)});
  return tiles;
}

/// Calls `work(first key row, first column, columns)` for the parts of the tile's keys that lie together.
template <class Work>
void overKeys(const Tile& tile, const Work& work) {
  int64_t column = 0;
  for (const KeyRange& range : tile.block->keys) {
    const int64_t count = std::min(range.count, tile.columns() - column);
    if (count <= 0) return;
    work(range.start, column, count);
    column += count;
  }
}

/// scores [rows, columns] = scale q k^T
void scoresOf(const Problem& problem, const Tile& tile, int64_t head, float* scores) {
  overKeys(tile, [&](int64_t key, int64_t column, int64_t count) {
    multiply(false, true, tile.rows(), count, problem.q.width, problem.scale, problem.q.at(tile.firstQuery(), head), problem.q.row(),
             problem.k.at(key, head / problem.perGroup()), problem.k.row(), 0, scores + column, tile.columns());
  });
}

/// Turns scores into their softmax over the visible keys, 0 elsewhere. Gives the log of the sum.
float softmaxRow(float* scores, int64_t visible, int64_t columns) {
  float largest = -std::numeric_limits<float>::infinity();
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < visible; i++) largest = scores[i] > largest ? scores[i] : largest;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < visible; i++) {
    const float value = expOf(scores[i] - largest);
    scores[i] = value;
    sum += value;
  }
  const float inverse = 1.0f / sum;
#pragma omp simd
  for (int64_t i = 0; i < visible; i++) scores[i] *= inverse;
  std::fill(scores + visible, scores + columns, 0.0f);
  return largest + std::log(sum);
}

void softmaxAgain(float* scores, float logSum, int64_t visible, int64_t columns) {
#pragma omp simd
  for (int64_t i = 0; i < visible; i++) scores[i] = expOf(scores[i] - logSum);
  std::fill(scores + visible, scores + columns, 0.0f);
}

/// Gives every item of work to the next free thread; an item's result does not depend on which.
template <class Work>
void shareOut(int64_t items, const Work& work) {
  std::atomic<int64_t> next{0};
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), items);
  at::parallel_for(0, threads, 1, [&](int64_t from, int64_t to) {
    for (int64_t thread = from; thread < to; thread++) work(next);
  });
}

void forwardTile(const Problem& problem, const Tile& tile, int64_t head, float* scores, float* out, float* logSums) {
  const int64_t columns = tile.columns(), width = problem.q.width, row = problem.q.row();
  scoresOf(problem, tile, head, scores);
  for (int64_t i = 0; i < tile.rows(); i++)
    logSums[head * problem.queryRows + tile.firstQuery() + i] = softmaxRow(scores + i * columns, tile.visible(tile.from + i), columns);
  float* result = out + tile.firstQuery() * row + head * width;
  overKeys(tile, [&](int64_t key, int64_t column, int64_t count) {
    multiply(false, false, tile.rows(), width, count, 1, scores + column, columns, problem.v.at(key, head / problem.perGroup()),
             problem.v.row(), column == 0 ? 0 : 1, result, row);
  });
}

struct Gradients {
  Heads dy, out;
  const float* logSums;
  float *dq, *dk, *dv;
};

/// Softmax gradient in place: slopes = softmax * (slopes - dy . out) * scale.
void slopesOf(const Problem& problem, const Gradients& gradients, const Tile& tile, int64_t head, const float* weights, float* slopes) {
  const int64_t columns = tile.columns();
  for (int64_t i = 0; i < tile.rows(); i++) {
    const float* d = gradients.dy.at(tile.firstQuery() + i, head);
    const float* o = gradients.out.at(tile.firstQuery() + i, head);
    float along = 0;
#pragma omp simd reduction(+ : along)
    for (int64_t c = 0; c < problem.q.width; c++) along += d[c] * o[c];
    const float* p = weights + i * columns;
    float* s = slopes + i * columns;
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) s[c] = p[c] * (s[c] - along) * problem.scale;
  }
}

void backwardTile(const Problem& problem, const Gradients& gradients, const Tile& tile, int64_t head, float* weights, float* slopes) {
  const int64_t columns = tile.columns(), width = problem.q.width, rows = tile.rows(), group = head / problem.perGroup();
  const int64_t first = tile.firstQuery(), row = problem.q.row(), keyRow = problem.k.row();
  scoresOf(problem, tile, head, weights);
  for (int64_t i = 0; i < rows; i++)
    softmaxAgain(weights + i * columns, gradients.logSums[head * problem.queryRows + first + i], tile.visible(tile.from + i), columns);
  overKeys(tile, [&](int64_t key, int64_t column, int64_t count) {
    multiply(false, true, rows, count, width, 1, gradients.dy.at(first, head), row, problem.v.at(key, group), keyRow, 0,
             slopes + column, columns);
  });
  slopesOf(problem, gradients, tile, head, weights, slopes);
  overKeys(tile, [&](int64_t key, int64_t column, int64_t count) {
    const int64_t at = key * keyRow + group * width;
    multiply(false, false, rows, width, count, 1, slopes + column, columns, problem.k.values + at, keyRow, column == 0 ? 0 : 1,
             gradients.dq + first * row + head * width, row);
    multiply(true, false, count, width, rows, 1, slopes + column, columns, problem.q.at(first, head), row, 1, gradients.dk + at, keyRow);
    multiply(true, false, count, width, rows, 1, weights + column, columns, gradients.dy.at(first, head), row, 1, gradients.dv + at,
             keyRow);
  });
}

/// Blocks `from` up to `to`; their keys end before row `end`.
struct Run {
  size_t from, to;
  int64_t end;
};

/// Runs of blocks that share no keys with the others: the gradients of their keys can be summed side by side.
std::vector<Run> separateRuns(const std::vector<AttentionBlock>& blocks) {
  std::vector<Run> runs;
  for (size_t index = 0; index < blocks.size(); index++) {
    int64_t first = std::numeric_limits<int64_t>::max();
    Run run{index, index + 1, 0};
    for (const KeyRange& range : blocks[index].keys) {
      first = std::min(first, range.start);
      run.end = std::max(run.end, range.start + range.count);
    }
    while (!runs.empty() && first < runs.back().end) {
      run.from = runs.back().from;
      run.end = std::max(run.end, runs.back().end);
      runs.pop_back();
    }
    runs.push_back(run);
  }
  return runs;
}

at::Tensor plain(const at::Tensor& tensor) { return tensor.to(at::kFloat).contiguous(); }

Heads headsOf(const at::Tensor& tensor) { return {valuesOf<float>(tensor), tensor.size(1), tensor.size(2)}; }

Problem problemOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const std::vector<AttentionBlock>& blocks) {
  int64_t keysMax = 0;
  for (const AttentionBlock& block : blocks) keysMax = std::max(keysMax, block.keyCount);
  const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(q.size(2))));
  return {headsOf(q), headsOf(k), headsOf(v), blocks, scale, keysMax, q.size(0)};
}

}  // namespace

std::vector<AttentionBlock> readBlocks(at::IntArrayRef flat, int64_t queryRows, int64_t keyRows) {
  std::vector<AttentionBlock> blocks;
  size_t at = 0;
  int64_t covered = 0;
  const auto next = [&] {
    TORCH_CHECK(at < flat.size(), "attention block ", blocks.size(), " ends early");
    return flat[at++];
  };
  while (at < flat.size()) {
    AttentionBlock block{next(), next(), {}, 0};
    const size_t number = blocks.size();
    for (int64_t ranges = next(); ranges > 0; ranges--) {
      const KeyRange range{next(), next()};
      TORCH_CHECK(range.start >= 0 && range.count >= 0 && range.start + range.count <= keyRows, "attention block ", number,
                  " reads keys beyond the ", keyRows, " there are");
      block.keys.push_back(range);
      block.keyCount += range.count;
    }
    TORCH_CHECK(block.queryStart >= covered && block.queryCount >= 0 && block.queryStart + block.queryCount <= queryRows,
                "attention block ", number, " is out of order or beyond the ", queryRows, " query rows");
    TORCH_CHECK(block.keyCount >= block.queryCount, "attention block ", number, " has fewer keys than queries");
    covered = block.queryStart + block.queryCount;
    if (block.queryCount > 0) blocks.push_back(std::move(block));
  }
  return blocks;
}

Attention attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const std::vector<AttentionBlock>& blocks) {
  if (!computesInLoops(q)) return attentionComposed(q, k, v, blocks);
  const at::Tensor qs = plain(q), ks = plain(k), vs = plain(v);
  Attention result{at::zeros_like(qs), at::zeros({q.size(1), q.size(0)}, qs.options())};
  const Problem problem = problemOf(qs, ks, vs, blocks);
  std::vector<Tile> tiles;
  for (const AttentionBlock& block : blocks)
    for (const Tile& tile : tilesOf(block)) tiles.push_back(tile);
  float* out = writableOf<float>(result.value);
  float* logSums = writableOf<float>(result.logSums);
  const int64_t items = static_cast<int64_t>(tiles.size()) * problem.q.heads;
  shareOut(items, [&](std::atomic<int64_t>& next) {
    const auto scores = std::unique_ptr<float[]>(new float[kTileRows * problem.keysMax]);
    for (int64_t item = next++; item < items; item = next++)
      forwardTile(problem, tiles[item / problem.q.heads], item % problem.q.heads, scores.get(), out, logSums);
  });
  result.value = result.value.to(q.scalar_type());
  return result;
}

AttentionGradient attentionBackward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const Attention& forward, const std::vector<AttentionBlock>& blocks) {
  if (!computesInLoops(q)) return attentionComposedBackward(dy, q, k, v, forward, blocks);
  const at::Tensor dys = plain(dy), qs = plain(q), ks = plain(k), vs = plain(v), out = plain(forward.value);
  AttentionGradient result{at::zeros_like(qs), at::zeros_like(ks), at::zeros_like(vs)};
  const Problem problem = problemOf(qs, ks, vs, blocks);
  const Gradients gradients{headsOf(dys), headsOf(out), valuesOf<float>(forward.logSums), writableOf<float>(result.q),
                            writableOf<float>(result.k), writableOf<float>(result.v)};
  const auto runs = separateRuns(blocks);
  const int64_t items = static_cast<int64_t>(runs.size()) * problem.k.heads;
  shareOut(items, [&](std::atomic<int64_t>& next) {
    const auto scratch = std::unique_ptr<float[]>(new float[2 * kTileRows * problem.keysMax]);
    for (int64_t item = next++; item < items; item = next++) {
      const Run& run = runs[item / problem.k.heads];
      const int64_t group = item % problem.k.heads;
      for (size_t block = run.from; block < run.to; block++)
        for (const Tile& tile : tilesOf(blocks[block]))
          for (int64_t head = group * problem.perGroup(); head < (group + 1) * problem.perGroup(); head++)
            backwardTile(problem, gradients, tile, head, scratch.get(), scratch.get() + kTileRows * problem.keysMax);
    }
  });
  return {result.q.to(q.scalar_type()), result.k.to(k.scalar_type()), result.v.to(v.scalar_type())};
}

}  // namespace pairwright
