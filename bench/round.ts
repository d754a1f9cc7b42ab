import { measureProduct } from './product.js';

/** The whole product on the workload that the peers of the field are measured with. */
export const benchRound = async (): Promise<object[]> => {
  const workload = { name: 'W1', batchSize: 10, model: 'mlp', rounds: 40 } as const;
  const rows: object[] = [];
  for (const coding of ['float32', 'quickstart'] as const) {
    rows.push({ workload: 'W1 B=10', coding, hosts: 2, ...(await measureProduct(workload, coding, 2)) });
  }
  return rows;
};
