import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { asMessages, PROBES } from '../../../../shared/prompt/formats/template-probes.ts';
import { OddModels } from '../../../../tests/helpers/bad-models.ts';
import { splitModel } from '../../../../tests/helpers/split-model.ts';
import { fingerprintModel, renderTemplate } from './inspect.ts';
import { openReadingMeter, type ReadingMeter } from './reading-meter.ts';

const DEMO = new URL('../../../../resources/models/pocket-storyteller-q8_0.gguf', import.meta.url).pathname;
const DESCRIPTION = new URL('../../../../resources/models/model.json', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'paphos-threads-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const meter = (isHeld: boolean): ReadingMeter => {
  const made = openReadingMeter();
  made.hold(isHeld);
  return made;
};
const never = new AbortController().signal;

describe('the fingerprint of a model', () => {
  test('is the SHA-256 of its file, and of all its parts in order', async () => {
    const { sha256 } = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as { sha256: string };
    expect(await fingerprintModel(DEMO, meter(false).shared, never)).toEqual({ sha256, broken: null });
    const parts = splitModel(folder, 'story', 3);
    const expected = parts.reduce((hash, part) => hash.update(readFileSync(part)), createHash('sha256')).digest('hex');
    expect(await fingerprintModel(parts[0] ?? '', meter(false).shared, never)).toEqual({
      sha256: expected,
      broken: null,
    });
  });

  test('names weights that are no numbers, wherever they stand', async () => {
    for (const tensor of ['blk.0.ffn_up.weight', 'blk.1.attn_norm.weight', 'output.weight']) {
      const path = new OddModels(folder).changed({
        tensors: (plans) =>
          plans.map((plan) =>
            plan.name !== tensor
              ? plan
              : {
                  ...plan,
                  fill: (values) => {
                    const whole = Buffer.concat([...plan.fill(values)]);
                    // The last value: 0x7fff is no number in both kinds of float.
                    whole.fill(0xff, whole.length - 2);
                    whole[whole.length - 1] = 0x7f;
                    return [whole];
                  },
                },
          ),
      });
      expect((await fingerprintModel(path, meter(false).shared, never)).broken).toBe(tensor);
    }
  });

  test('waits while it is held, and is given up when nobody wants it any more', async () => {
    const held = meter(true);
    let ended = false;
    const reading = fingerprintModel(DEMO, held.shared, never).finally(() => {
      ended = true;
    });
    // Others begin later and read the same file to its end.
    for (let others = 0; others < 3; others++) await fingerprintModel(DEMO, meter(false).shared, never);
    expect(ended).toBe(false);
    held.hold(false);
    expect((await reading).broken).toBeNull();
    const abort = new AbortController();
    const given = fingerprintModel(DEMO, meter(true).shared, abort.signal);
    abort.abort();
    await expect(given).rejects.toMatchObject({ fault: { code: 'FINGERPRINT' } });
  });
});

describe('a chat template from a file', () => {
  const special = { bos: '<s>', eos: '</s>' };
  const probes = PROBES.map(({ turns }) => asMessages(turns));

  test('renders every conversation, or says of each why not', async () => {
    const template =
      "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('No notes here.') }}{% endif %}[{{ message.role }}] {{ message.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
    const [first, second, , third] = await renderTemplate(template, probes, special);
    expect(first).toEqual({ text: '<s>[user] I light the lamp.\n[assistant]' });
    expect(second).toEqual({
      text: '<s>[user] I light the lamp.\n[assistant] A bell answers from the water.\n[user] I call out.\n[assistant]',
    });
    expect(third).toEqual({ refusal: expect.stringContaining('No notes here.') as string });
    expect(await renderTemplate('{% if %}', probes, special)).toEqual(
      probes.map(() => ({ refusal: expect.any(String) as string })),
    );
  });

  test('is ended when it takes too long, too much memory, or writes too much', async () => {
    await expect(
      renderTemplate(
        '{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a %}{% endfor %}{% endfor %}',
        probes,
        special,
      ),
    ).rejects.toMatchObject({ fault: { code: 'TEMPLATE' } });
    const doubling = renderTemplate(
      '{% set n = namespace(t="0123456789") %}{% for a in range(40) %}{% set n.t = n.t ~ n.t %}{% endfor %}{{ n.t | upper }}',
      probes,
      special,
    );
    expect(
      await doubling.then(
        (all) => all.every((one) => 'refusal' in one),
        (error: { fault: { code: string } }) => error.fault.code === 'TEMPLATE',
      ),
    ).toBe(true);
    expect(await renderTemplate('{% for a in range(20000) %}0123456789{% endfor %}', probes, special)).toEqual(
      probes.map(() => ({ refusal: 'It wrote more than any conversation needs.' })),
    );
  }, 15_000);
});
