import { RandomStream } from '../util/random.js';

/** The links and the device of one simulated client. */
export interface ClientProfile {
  /** Bits a second from the client to the coordinator. */
  readonly uplink: number;
  /** Bits a second from the coordinator to the client. */
  readonly downlink: number;
  /** Seconds one way. */
  readonly latency: number;
  /** FLOP a second; null: computing takes no time. */
  readonly compute: number | null;
}

/** The profile that clients vary around. */
export interface NetworkProfile extends ClientProfile {
  /** Sigma of the log-normal factor by which a client is slower or faster; 0: all alike. */
  readonly spread: number;
}

/** The profile of one client: links and device share one keyed log-normal factor of median 1. */
export const profileOf = (network: NetworkProfile, seed: number, client: number): ClientProfile => {
  const { uplink, downlink, latency, compute, spread } = network;
  if (spread === 0) return { uplink, downlink, latency, compute };
  const factor = Math.exp(spread * new RandomStream({ seed, purpose: 'profile', client }).normal());
  return {
    uplink: uplink * factor,
    downlink: downlink * factor,
    latency,
    compute: compute === null ? null : compute * factor,
  };
};

/** What one client does in one round. */
export interface RoundWork {
  /** Coded bytes of the task. */
  readonly downBytes: number;
  /** Coded bytes of the update. */
  readonly upBytes: number;
  /** FLOPs of the local training. */
  readonly flops: number;
}

/** Simulated seconds from the round's start to the arrival of the client's update. */
export const clientSeconds = (profile: ClientProfile, { downBytes, upBytes, flops }: RoundWork): number => {
  const transfer = (8 * downBytes) / profile.downlink + (8 * upBytes) / profile.uplink;
  return 2 * profile.latency + transfer + (profile.compute === null ? 0 : flops / profile.compute);
};
