import { create } from 'zustand';
import type { EngineStatus } from '../../shared/contract/models.ts';
import { api } from '../lib/client.ts';
import { follow } from '../lib/follow.ts';

const UNKNOWN: EngineStatus = {
  state: 'idle',
  modelId: null,
  modelName: null,
  device: null,
  progress: null,
  contextSize: null,
  tokensPerSecond: null,
  format: null,
  sha256: null,
  readAhead: 0,
  answers: true,
  fault: null,
  hardware: null,
};

export const useEngine = create<EngineStatus>(() => UNKNOWN);

export function followEngine(): void {
  void follow({
    open: (signal) => api.models.status(undefined, { signal }),
    onValue: (status) => useEngine.setState(status, true),
    signal: new AbortController().signal,
  });
}
