import type { CardSpec } from '../../../shared/cards/card.ts';
import type { CardContainer } from '../../../shared/cards/read-card.ts';
import type { CharacterKind } from '../../../shared/contract/characters.ts';
import type { ReplyKind } from '../../../shared/contract/writing.ts';
import type { Role } from '../../../shared/document/turn.ts';

/**
 * The tables as they are read and written; migrations/ makes them. Truth values are 0 and 1, times are milliseconds.
 */
export interface StoryRow {
  id: string;
  title: string;
  created_at: number;
  removed_at: number | null;
  checksum: number;
}

export interface ChapterRow {
  id: string;
  story_id: string;
  title: string;
  position: number;
  structure_rev: number;
  active_root_id: string | null;
  /** Of what is shown, as of the newest revisions. */
  words: number;
  /** The order of its newest turn. */
  last_order: number;
  created_at: number;
  /** When something in it was changed last; 0: never. */
  written_at: number;
  removed_at: number | null;
  checksum: number;
}

export interface TurnRow {
  id: string;
  chapter_id: string;
  parent_id: string | null;
  active_child_id: string | null;
  ord: number;
  role: Role;
  speaker: string | null;
  marked: number;
  version: number;
  length: number;
  words: number;
  interrupted: number;
  /** 1 while something was changed since the newest revision. */
  open: number;
  full_seq: number;
  head_seq: number;
  removed_seq: number | null;
  removed_at: number | null;
  removed_children: string | null;
  removed_was_active: number | null;
  checksum: number;
}

export interface RevisionRow {
  turn_id: string;
  seq: number;
  version: number;
  kind: 'full' | 'patch';
  role: Role;
  speaker: string | null;
  body: string;
  length: number;
  hash: string;
  reason: string;
  created_at: number;
  checksum: number;
}

export interface EditRow {
  turn_id: string;
  version: number;
  at: number;
  del: number;
  ins: string;
  checksum: number;
}

export interface GenerationRow {
  id: string;
  chapter_id: string;
  turn_id: string;
  kind: Exclude<ReplyKind, 'again' | 'impersonate'>;
  start_offset: number;
  span_offset: number;
  settings: string;
  seed: number;
  cut: string | null;
  ledger: string | null;
  stats: string | null;
  reason: string | null;
  started_at: number;
  ended_at: number | null;
  span_length: number | null;
  end_version: number | null;
  made: string | null;
  asked: string | null;
  undone: string | null;
}

export interface JournalRow {
  generation_id: string;
  seq: number;
  text: string;
  checksum: number;
}

/** What else could have been written in a reply, as electron/engines/candidate-record.ts records it. */
export interface CandidatesRow {
  generation_id: string;
  record: Uint8Array;
  checksum: number;
}

/** What a story tells its model beside its turns. `sent_at`: where it was sent, of one that is sent once. */
export interface NoteRow {
  story_id: string;
  kind: string;
  text: string;
  depth: number;
  role: Role;
  sends: 'always' | 'once' | 'never';
  sent_at: string | null;
  version: number;
  checksum: number;
}

export interface ChangeRow {
  seq: number;
  change_id: string;
  ack: string;
  /** Of what was asked under the id; null of changes that older versions took. */
  digest: Uint8Array | null;
}

export interface SettingRow {
  scope: string;
  key: string;
  value: string;
}

export interface ModelRow {
  id: string;
  path: string;
  name: string;
  bytes: number;
  modified_at: number;
  sha256: string | null;
  broken: string | null;
  architecture: string | null;
  context_length: number | null;
  chosen_format: string | null;
  context_size: number | null;
  last_used_at: number | null;
}

export interface FoundModelRow {
  id: string;
  path: string;
  name: string;
  bytes: number;
  modified_at: number;
}

export interface JobRow {
  id: string;
  kind: string;
  params: string;
  title: string;
  state: string;
  progress: string | null;
  checkpoint: string | null;
  result: string | null;
  fault: string | null;
  created_at: number;
  ended_at: number | null;
}

/** A file of a character, in the folder of assets (`../assets/asset-files.ts`) under its hash. */
export interface AssetRow {
  id: string;
  sha256: string;
  bytes: number;
  /** As it is served; what is no picture is bytes. */
  type: string;
  /** Since when no row names it; null: one does. */
  unused_since: number | null;
  checksum: number;
}

export interface CharacterRow {
  number: number;
  id: string;
  kind: CharacterKind;
  name: string;
  creator: string;
  /** A list, as JSON. */
  tags: string;
  favourite: number;
  spec: CardSpec;
  /** What the card came in; null of one that was made here. */
  container: CardContainer | null;
  original_id: string | null;
  avatar_id: string | null;
  thumbnail_id: string | null;
  created_at: number;
  changed_at: number;
  removed_at: number | null;
  checksum: number;
  /** Letter for letter. */
  card: string;
}

/** What of a character is searched, found by its number. */
export interface CharacterWordsRow {
  rowid: number;
  name: string;
  tags: string;
  more: string;
}

export interface Schema {
  assets: AssetRow;
  characters: CharacterRow;
  character_words: CharacterWordsRow;
  stories: StoryRow;
  chapters: ChapterRow;
  turns: TurnRow;
  revisions: RevisionRow;
  edits: EditRow;
  generations: GenerationRow;
  journal: JournalRow;
  candidates: CandidatesRow;
  notes: NoteRow;
  changes: ChangeRow;
  settings: SettingRow;
  models: ModelRow;
  jobs: JobRow;
  found_models: FoundModelRow;
}
