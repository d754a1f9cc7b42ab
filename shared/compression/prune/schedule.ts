/**
 * Part of the weights that is gone after a part of the way: quickly at first, slowly at last (Zhu and Gupta 2017, To prune,
 * or not to prune, equation 1, from a dense model).
 * @param sparsity at the end
 * @param way from 0 to 1
 */
export const cubicSparsity = (sparsity: number, way: number): number =>
  sparsity * (1 - (1 - Math.min(Math.max(way, 0), 1)) ** 3);
