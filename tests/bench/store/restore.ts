import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { EMBEDDED_MODEL, temporaryFolder } from '../../helpers/server.ts';
import { largeModel } from '../../helpers/model-maker.ts';
import { freshText, storyPlan, type Subject, THREADS, timed, turn, withEngine } from '../engine/subject.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const ROUNDS = 7;
type Measured = Pick<Subject, 'model' | 'contextSize' | 'promptTokens'>;

/**
 * In a process that has its model: a saved state brought back and the first token of the story, against the library's
 * own load of the same file and one evaluation of as many tokens as the prompt has beyond it.
 */
export async function restoring(): Promise<Result[]> {
  const large = await measured({ model: largeModel(), contextSize: 2048, promptTokens: 1500 });
  const embedded = await measured({ model: EMBEDDED_MODEL, contextSize: 1024, promptTokens: 700 });
  return [
    atMost('restore_ratio', large.ratio, 'ratio', 1.3),
    noted('restore_ms', large.ours, 'ms'),
    noted('restore_mb', large.bytes / 1e6, 'MB'),
    noted('restore_ratio_embedded', embedded.ratio, 'ratio'),
    noted('restore_ms_embedded', embedded.ours, 'ms'),
  ];
}

async function measured(subject: Measured): Promise<{ ratio: number; ours: number; bytes: number }> {
  const path = join(temporaryFolder('bench-restore'), 'story.state');
  const { plan, bytes } = await withEngine(subject, async (host) => {
    const turns = [
      turn('story', 'model', await freshText(host, subject.promptTokens)),
      turn('you', 'user', await freshText(host, 20)),
    ];
    const made = storyPlan(turns, subject);
    await timed(host, made, { maxTokens: 2 });
    const saved = await host.work<'save'>({ type: 'save', request: { path, sha256: null, plan: made } });
    return { plan: made, bytes: saved.bytes };
  });
  const [ours, ratios]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { took, rest } = await withEngine(subject, async (host) => {
      const { total } = await host.plan(plan);
      const started = performance.now();
      const { tokens } = await host.work<'restore'>({ type: 'restore', request: { path, sha256: null } });
      const restored = performance.now() - started;
      const { firstMs } = await timed(host, plan, { maxTokens: 2 });
      return { took: restored + firstMs, rest: total - tokens };
    });
    ours.push(took);
    ratios.push(took / bareRestore(subject, path, rest));
  }
  return { ratio: median(ratios), ours: median(ours), bytes };
}

/** Milliseconds. */
function bareRestore({ model, contextSize }: Measured, path: string, tokens: number): number {
  const args = [
    join(import.meta.dirname, 'bare-restore.ts'),
    model,
    path,
    ...[contextSize, THREADS, tokens].map(String),
  ];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
