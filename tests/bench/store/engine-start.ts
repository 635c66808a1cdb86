import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { engineCache } from '../../../electron/engines/local/host/engine-cache.ts';
import { EngineProcess } from '../../../electron/engines/local/host/engine-process.ts';
import { forkEngine } from '../../../electron/engines/local/host/fork-wire.ts';
import { TEMPO } from '../../../electron/engines/local/host/tempo.ts';
import { temporaryFolder } from '../../helpers/server.ts';
import { alternate } from '../engine/subject.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const ROUNDS = 9;
/** As it is built: the sources would have their types removed first. */
const BUILT = join(import.meta.dirname, '..', '..', '..', 'out', 'electron', 'worker', 'main.js');

/** From the start of our process until it could load a model; its cache is filled by a first one. */
export async function engineStart(): Promise<Result[]> {
  const start = forkEngine(engineCache(temporaryFolder('bench-engine-start')), BUILT);
  const ours = async (): Promise<number> => {
    const started = performance.now();
    const engine = new EngineProcess(() => start(null), TEMPO);
    await engine.ask<'warm'>({ type: 'warm', cards: false }).answer;
    const took = performance.now() - started;
    await engine.kill();
    return took;
  };
  const [times = [], bare = []] = await alternate(ROUNDS, ours, async () => bareStart());
  return [
    atMost('engine_start_ratio', median(times.map((time, round) => time / (bare[round] ?? Number.NaN))), 'ratio', 0.7),
    noted('engine_start_ms', median(times), 'ms'),
    noted('bare_start_ms', median(bare), 'ms'),
  ];
}

/** The library alone, without the start of its process: its import and its self-test. */
const bareStart = (): number =>
  Number(execFileSync(process.execPath, [join(import.meta.dirname, 'bare-start.ts')], { encoding: 'utf8' }));
