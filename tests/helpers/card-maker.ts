import { crc32, deflateSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';

/** Cards of our own making, in every kind of file that holds them. */
export interface MadeCard {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The card's JSON, letter for letter. */
  readonly text: string;
  readonly spec: 'v1' | 'v2' | 'v3';
  readonly container: 'png' | 'apng' | 'json' | 'charx';
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
  return Buffer.concat([head, data, end]);
}

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** A gradient of so many pixels that a decoder shows. `before` and `after` the picture stand these chunks. */
export function makePng(
  { width = 8, height = 12, hue = 0, animated = false } = {},
  before: readonly Buffer[] = [],
  after: readonly Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = (y: number): Buffer =>
    Buffer.concat([
      Buffer.from([0]),
      Buffer.from(Array.from({ length: width }, (_, x) => [(hue + x * 7) & 255, (y * 9) & 255, 128]).flat()),
    ]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, (_, y) => row(y))));
  const [frames, frame] = [Buffer.alloc(8), Buffer.alloc(26)];
  frames.writeUInt32BE(1, 0);
  frame.writeUInt32BE(width, 4);
  frame.writeUInt32BE(height, 8);
  frame.writeUInt16BE(1, 20);
  frame.writeUInt16BE(10, 22);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...(animated ? [pngChunk('acTL', frames), pngChunk('fcTL', frame)] : []),
    ...before,
    pngChunk('IDAT', pixels),
    ...after,
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export const textChunk = (keyword: string, text: string): Buffer =>
  pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'));
const packedChunk = (keyword: string, text: string): Buffer =>
  pngChunk('zTXt', Buffer.concat([Buffer.from(`${keyword}\0\0`, 'latin1'), deflateSync(Buffer.from(text, 'latin1'))]));
const wideChunk = (keyword: string, text: string, packed: boolean): Buffer =>
  pngChunk(
    'iTXt',
    Buffer.concat([
      Buffer.from(`${keyword}\0${packed ? '\u0001' : '\0'}\0en\0Card\0`, 'latin1'),
      packed ? deflateSync(Buffer.from(text)) : Buffer.from(text),
    ]),
  );

const flat = `{
  "name": "Maren",
  "description": "Cuts keys for locks that are not there yet. {{char}} never lies.",
  "personality": "dry",
  "scenario": "The shop under the sea wall.",
  "first_mes": "*She does not look up.* \\"You are dripping.\\"",
  "mes_example": "<START>\\n{{user}}: Hello\\n{{char}}: You are late."
}`;

/** Every field, unknown keys at every level, wrong types, large numbers, keys that no object should have. */
const full = (
  spec: string,
  version: string,
): string => `{"spec":"${spec}","spec_version":${version},"unknown":{"a":[1,2.50,1e400]},
"data":{"name":"Old Tobias","description":"Ferryman, talks in tides. 潮 🜄","personality":7,"scenario":null,
"first_mes":"The river is high.","mes_example":["<START>","{{char}}: Mind the rope."],"creator_notes":"<b>never sent</b>",
"system_prompt":"{{original}} You are {{char}}.","post_history_instructions":"Stay brief.","alternate_greetings":["Second", 3],
"group_only_greetings":["To all"],"tags":"town, sea","creator":"us","character_version":1.2,"__proto__":{"x":1},"constructor":"y",
"big":12345678901234567890,"small":1e-7,"nickname":"Tobi","creation_date":1700000000,"modification_date":1700000001,
"source":["https://example.invalid/a"],"creator_notes_multilingual":{"de":"nie"},
"extensions":{"depth_prompt":{"prompt":"Tobias smells of tar.","depth":"","role":"user","more":true},"talkativeness":"0.5","fav":false,"chub":{"id":98765432109876543210}},
"assets":[{"type":"icon","uri":"ccdefault:","name":"main","ext":"png","own":1}],
"character_book":{"name":"River","odd":"kept","entries":[{"keys":["ford"],"content":"@@depth 2\\nThe ford.","extensions":{"q":1},"enabled":true,"insertion_order":1,"use_regex":false,"id":9007199254740993}]}},"tail":"\\ud800"}`;

const JSONS: readonly (readonly [name: string, spec: MadeCard['spec'], text: string])[] = [
  ['a flat card', 'v1', flat],
  [
    'a flat card with what it need not have',
    'v1',
    flat.replace('{', '{"tags":["a"],"__proto__":null,"n":9007199254740993,'),
  ],
  ['a flat card with a name alone', 'v1', '{"name":"Wick"}'],
  ['a V2 card', 'v2', full('chara_card_v2', '"2.0"')],
  ['a V2 card with a number for a version', 'v2', full('chara_card_v2', '2')],
  ['a V2 card with hardly anything', 'v2', '{"spec":"chara_card_v2","spec_version":"2.0","data":{"name":"Ilse"}}'],
  [
    'a V2 card that says twice what it is',
    'v2',
    `{"name":"stale","first_mes":"old",${full('chara_card_v2', '"2.0"').slice(1)}`,
  ],
  ['a V3 card', 'v3', full('chara_card_v3', '"3.0"')],
  ['a V3 card of a later version', 'v3', full('chara_card_v3', '"4.1"')],
  ['a V3 card with hardly anything', 'v3', '{ "spec" : "chara_card_v3" , "data" : { "name" : "The Heron" } }'],
];

const archive = (text: string, more: Record<string, Uint8Array> = {}): Uint8Array =>
  zipSync({
    'card.json': strToU8(text),
    'assets/icon/images/main.png': makePng({ hue: 40 }),
    'module.risum': new Uint8Array([1, 2, 3]),
    ...more,
  });

/** 40 files: each card as JSON, as PNG, as APNG or an odd PNG, and as CHARX. */
export function makeCards(): readonly MadeCard[] {
  const oddly: readonly ((text: string, spec: MadeCard['spec']) => Buffer)[] = [
    (text) => makePng({ hue: 1 }, [textChunk('Comment', 'a picture')], [textChunk('Chara', base64(text))]),
    (text) => makePng({ hue: 2 }, [packedChunk('chara', base64(text))]),
    (text) => makePng({ hue: 3 }, [wideChunk('chara', base64(text), false)]),
    (text) => makePng({ hue: 4 }, [], [wideChunk('CHARA', base64(text), true)]),
    (text) => makePng({ hue: 5 }, [wideChunk('chara', text, false)]),
  ];
  return JSONS.flatMap(([name, spec, text], number): MadeCard[] => {
    const keyword = spec === 'v3' ? 'ccv3' : 'chara';
    const both = spec === 'v3' && number % 2 === 0;
    const older = text.replace('chara_card_v3', 'chara_card_v2').replace('The river is high.', 'The river is high.');
    const odd = oddly[number % oddly.length] ?? oddly[0];
    return [
      {
        name: `${name}, JSON`,
        bytes: strToU8(number % 3 === 0 ? `\uFEFF${text}` : text),
        text,
        spec,
        container: 'json',
      },
      {
        name: `${name}, PNG`,
        bytes: makePng({ hue: number }, both ? [textChunk('chara', base64(older))] : [], [
          textChunk(keyword, base64(text)),
        ]),
        text,
        spec,
        container: 'png',
      },
      spec === 'v3' || odd === undefined
        ? {
            name: `${name}, APNG`,
            bytes: makePng({ animated: true }, [textChunk(keyword.toUpperCase(), base64(text))]),
            text,
            spec,
            container: 'apng',
          }
        : { name: `${name}, odd PNG`, bytes: odd(text, spec), text, spec, container: 'png' },
      { name: `${name}, CHARX`, bytes: archive(text), text, spec, container: 'charx' },
    ];
  });
}
