import { Menu } from '@base-ui/react/menu';
import { ArrowLeft, Ellipsis, Star, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { CardFields, CardText } from '../../shared/cards/card.ts';
import type { CharacterDocument } from '../../shared/contract/characters.ts';
import { failure } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { faultOf } from '../lib/faults.ts';
import { library } from '../library/library.ts';
import { useRested } from '../lib/rested.ts';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { toastFault } from '../ui/toasts.tsx';
import { CardField } from './card-field.tsx';
import { editField, resolveConflict, savingOf, undoEdit, useCardEdits, type Field } from './card-edits.ts';
import { characters, nameOf, useCharacter, useTokenCounts } from './characters.ts';
import { CropDialog } from './crop-dialog.tsx';
import { Greetings } from './greetings.tsx';
import { Portrait } from './portrait.tsx';
import { useRoom } from './room-state.ts';
import { openPicture } from './thumbnails.ts';
import ui from '../ui/ui.module.css';
import menu from '../ui/menu.module.css';
import css from './character-editor.module.css';

const say = words.characters;

/** What stands in the prompt, in this order. */
const IN_PROMPT = [
  ...(['description', 'personality', 'scenario', 'firstMessage', 'exampleMessages', 'systemPrompt'] as const),
  ...(['postHistoryInstructions', 'depthPrompt'] as const),
] as const satisfies readonly CardText[];

const COUNT_REST_MS = 600;

/** Every field of a card, saved as it is typed. */
export function CharacterEditor({ id }: { readonly id: string }): ReactElement {
  const { document, error } = useCharacter(id);
  if (document !== null) return <Editor document={document} />;
  return (
    <aside className={css.editor} aria-label={say.opening}>
      <p className={error === null ? ui.quiet : ui.fault} role={error === null ? 'status' : 'alert'}>
        {error === null ? say.opening : sentenceOf(faultOf(error))}
      </p>
    </aside>
  );
}

function Editor({ document }: { readonly document: CharacterDocument }): ReactElement {
  const { card } = document;
  const { id } = document.summary;
  const { drafts } = useCardEdits(id);
  const isMade = useRoom(({ made }) => made === id);
  useEffect(() => {
    if (isMade) useRoom.setState({ made: null });
  }, [isMade]);
  const now = <F extends Field>(field: F): CardFields[F] =>
    (drafts[field]?.is as CardFields[F] | undefined) ?? card[field];
  const set =
    <F extends Field>(field: F) =>
    (value: CardFields[F]): void =>
      editField(id, field, card[field], value);
  const summary = { ...document.summary, name: now('name') };
  const texts = IN_PROMPT.map((field) => now(field));
  const counted = useTokenCounts(useRested(texts, COUNT_REST_MS));
  const tokens = (field: CardText): number | null => counted[IN_PROMPT.indexOf(field as 'description')] ?? null;
  const text = (field: CardText, isShort?: true): ReactElement => (
    <CardField
      label={say.fields[field]}
      value={now(field)}
      hint={field === 'nickname' || field === 'creatorNotes' ? say.hints[field] : undefined}
      tokens={tokens(field)}
      {...(isShort === undefined ? {} : { isShort })}
      isNew={field === 'name' && isMade}
      onChange={set(field)}
    />
  );
  return (
    <aside className={css.editor} aria-label={nameOf(summary)}>
      <Head document={{ ...document, summary }} />
      <Conflict id={id} />
      {text('name', true)}
      {text('description')}
      {text('personality')}
      {text('scenario')}
      <h3>{say.greetings}</h3>
      {text('firstMessage')}
      <Greetings
        label={say.fields.alternateGreetings}
        one={say.greetingKinds.alternateGreetings}
        values={now('alternateGreetings')}
        onChange={set('alternateGreetings')}
      />
      <Greetings
        label={say.fields.groupOnlyGreetings}
        one={say.greetingKinds.groupOnlyGreetings}
        values={now('groupOnlyGreetings')}
        onChange={set('groupOnlyGreetings')}
      />
      <h3>{say.prompt}</h3>
      {text('exampleMessages')}
      {text('systemPrompt')}
      {text('postHistoryInstructions')}
      {text('depthPrompt')}
      {now('depthPrompt') === '' ? null : (
        <div className={css.depth}>
          <NumberField
            label={say.fields.depth}
            title={say.fields.depth}
            value={now('depth')}
            least={0}
            most={999}
            onChange={(depth) => set('depth')(depth ?? 0)}
          />
          <span>{say.fields.depth}</span>
          <Select
            label={say.fields.depthRole}
            items={say.roles}
            value={now('depthRole')}
            onChoose={(role) => set('depthRole')(role as CardFields['depthRole'])}
          />
        </div>
      )}
      <h3>{say.about}</h3>
      {text('creatorNotes')}
      <TagsField values={now('tags')} onChange={set('tags')} />
      {text('nickname', true)}
      {text('creator', true)}
      {text('characterVersion', true)}
      <Kept document={document} />
    </aside>
  );
}

/** As it is typed; what stands between commas is a tag. */
function TagsField({
  values,
  onChange,
}: {
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}): ReactElement {
  const [typed, setTyped] = useState<string | null>(null);
  const tagsIn = (written: string): readonly string[] =>
    written
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag, at, all) => tag !== '' && all.indexOf(tag) === at);
  const isTyped = typed !== null && tagsIn(typed).join('\n') === values.join('\n');
  return (
    <CardField
      label={say.fields.tags}
      hint={say.hints.tags}
      value={isTyped ? typed : values.join(', ')}
      isShort
      onChange={(written) => {
        setTyped(written);
        onChange(tagsIn(written));
      }}
      onLeave={() => setTyped(null)}
    />
  );
}

function Head({ document }: { readonly document: CharacterDocument }): ReactElement {
  const { summary, spec, container } = document;
  const { id, favourite, avatar } = summary;
  const edits = useCardEdits(id);
  const state = savingOf(edits);
  const files = useRef<HTMLInputElement>(null);
  const [cropped, setCropped] = useState<ImageBitmap | null>(null);
  const crop = async (file: Blob): Promise<void> => {
    const picture = await openPicture(file).catch(() => null);
    if (picture === null) throw failure('PICTURE_UNKNOWN', {});
    setCropped(picture);
  };
  const cropAvatar = async (address: string): Promise<void> =>
    crop(await (await fetch(address, { credentials: 'same-origin' })).blob());
  return (
    <header className={css.head}>
      <div className={css.bar}>
        <IconButton icon={ArrowLeft} label={say.back} onClick={() => useRoom.setState({ selected: null })} />
        <span role="status" className={css.save} data-save={state}>
          {say.save[state]}
        </span>
        <IconButton
          icon={Undo2}
          label={say.undoEdit}
          onClick={() => void undoEdit(id, document).catch(toastFault)}
          disabledWhy={edits.undo.length === 0 ? say.nothingToUndo : null}
        />
        <IconButton
          icon={Star}
          label={say.favourite}
          pressed={favourite}
          onClick={() => void characters.favour(id, !favourite)}
        />
        <Actions document={document} />
      </div>
      {edits.fault === null || edits.fault.code === 'CHARACTER_CONFLICT' ? null : (
        <p className={ui.fault} role="alert">
          {sentenceOf(edits.fault)}
        </p>
      )}
      <Menu.Root modal={false}>
        <Menu.Trigger className={css.avatar} aria-label={say.picture} title={say.picture}>
          <Portrait character={summary} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner data-layer sideOffset={4}>
            <Menu.Popup className={menu.menu}>
              <Menu.Item onClick={() => files.current?.click()}>{say.choosePicture}</Menu.Item>
              {avatar === null ? null : (
                <>
                  <Menu.Item onClick={() => void cropAvatar(avatar).catch(toastFault)}>{say.cropPicture}</Menu.Item>
                  <Menu.Item className={menu.danger} onClick={() => void characters.setAvatar(id, null)}>
                    {say.removePicture}
                  </Menu.Item>
                </>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <h2 dir="auto">{nameOf(summary)}</h2>
      <p className={ui.quiet}>
        {say.version[spec]} · {container === null ? say.madeHere : say.containers[container]}
      </p>
      <div className={css.actions}>
        {summary.kind === 'character' ? (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => void library.startChat(id)}>
            {words.cast.startChat}
          </button>
        ) : null}
        <Export document={document} />
      </div>
      <input
        ref={files}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp,image/gif"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) void crop(file).catch(toastFault);
          target.value = '';
        }}
      />
      {cropped === null ? null : (
        <CropDialog
          picture={cropped}
          onClose={() => {
            cropped.close();
            setCropped(null);
          }}
          onUse={(picture) => void characters.setAvatar(id, picture)}
        />
      )}
    </header>
  );
}

function Actions({ document }: { readonly document: CharacterDocument }): ReactElement {
  const { summary } = document;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={ui.iconButton} aria-label={say.more} title={say.more}>
        <Ellipsis size={16} strokeWidth={1.7} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner data-layer sideOffset={4} align="end">
          <Menu.Popup className={menu.menu}>
            <Menu.Item onClick={() => void characters.duplicate(summary.id)}>{say.duplicate}</Menu.Item>
            <Menu.Item className={menu.danger} onClick={() => void characters.remove(summary)}>
              {say.remove}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Export({ document }: { readonly document: CharacterDocument }): ReactElement {
  const { summary, container } = document;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={ui.button}>{say.export}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner data-layer sideOffset={4} align="end">
          <Menu.Popup className={menu.menu}>
            <Menu.Item onClick={() => void characters.export(summary.id, 'edited')}>{say.exportEdited}</Menu.Item>
            {container === null ? null : (
              <Menu.Item onClick={() => void characters.export(summary.id, 'original')}>{say.exportOriginal}</Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Two pages wrote into the same field: the person chooses, and until then nothing is written over. */
function Conflict({ id }: { readonly id: string }): ReactElement | null {
  const { fault } = useCardEdits(id);
  if (fault?.code !== 'CHARACTER_CONFLICT') return null;
  return (
    <div className={css.conflict} role="alert">
      <p>{say.conflict}</p>
      <button type="button" className={ui.button} onClick={() => void resolveConflict(id, true).catch(toastFault)}>
        {say.keepMine}
      </button>
      <button type="button" className={ui.button} onClick={() => void resolveConflict(id, false).catch(toastFault)}>
        {say.takeTheirs}
      </button>
    </div>
  );
}

/** What a card brings with it and nothing uses yet: it goes out with the card as it came. */
function Kept({ document: { card } }: { readonly document: CharacterDocument }): ReactElement | null {
  if (card.bookEntries === 0 && card.assets.length === 0) return null;
  return (
    <section className={css.kept} aria-label={say.kept}>
      <h3>{say.kept}</h3>
      <ul role="list">
        {card.bookEntries === 0 ? null : <li>{say.lorebook(card.bookEntries)}</li>}
        {card.assets.map(({ type, name }, at) => (
          <li key={at}>{say.asset(type, name)}</li>
        ))}
      </ul>
    </section>
  );
}
