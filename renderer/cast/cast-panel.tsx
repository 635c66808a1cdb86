import { ArrowDown, ArrowUp, ChevronRight, MessageCircle, Mic, MicOff, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { MOST_MEMBERS, type CastMember, type CastView, type StoryCast } from '../../shared/contract/cast.ts';
import { SPEAKS } from '../../shared/prompt/speaker.ts';
import { library } from '../library/library.ts';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toasts.tsx';
import { useFlag, useNumber, remember } from '../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { changeCast, useCast, useLibrary } from './cast.ts';
import { answerAs, letThemTalk, useTalk } from './talk.ts';
import { HeadOrder } from './head-order.tsx';
import ui from '../ui/ui.module.css';
import css from './cast.module.css';

/** Who is in the story, and who speaks next. */
export function CastPanel(): ReactElement | null {
  const cast = useCast((state) => state.cast);
  const [open, setOpen] = useFlag('castOpen', false);
  const readOnly = useWorkspace((workspace) => workspace.writer === false);
  if (cast === null) return null;
  return (
    <section aria-label={words.cast.section}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden />
        <b>{words.cast.title}</b>
        {open ? null : <span>{cast.members.map(({ characterId }) => nameIn(cast, characterId)).join(', ')}</span>}
      </button>
      {open ? (
        <fieldset className={css.cast} disabled={readOnly}>
          <Members cast={cast} />
          <div className={css.ways}>
            <Add cast={cast} />
            <StartChat />
          </div>
          <Persona cast={cast} />
          {cast.members.length === 0 ? null : <Ways cast={cast} />}
        </fieldset>
      ) : null}
    </section>
  );
}

const nameIn = ({ people }: CastView, id: string): string =>
  people.find((person) => person.id === id)?.name ?? words.cast.gone;

interface CastProps {
  readonly cast: CastView;
}

function Members({ cast }: CastProps): ReactElement {
  const { members } = cast;
  const why = useOpenChapter((chapter) => (chapter.generation === null ? null : words.cast.isWriting));
  const put = (next: readonly CastMember[]): void => changeCast({ members: [...next] });
  const move = (place: number, to: number): void => {
    const rest = members.filter((_, index) => index !== place);
    put([...rest.slice(0, to), ...members.slice(place, place + 1), ...rest.slice(to)]);
  };
  const remove = (place: number): void => {
    put(members.filter((_, index) => index !== place));
    const name = nameIn(cast, members[place]?.characterId ?? '');
    toast(words.cast.left(name), { action: { label: words.common.undo, run: () => put(members) } });
  };
  const change = (place: number, part: Partial<CastMember>): void =>
    put(members.map((member, index) => (index === place ? { ...member, ...part } : member)));
  return (
    <ul className={css.members} aria-label={words.cast.title}>
      {members.map(({ characterId, muted, talkativeness }, place) => {
        const name = nameIn(cast, characterId);
        return (
          <li key={characterId} data-muted={muted || undefined}>
            <span className={css.name} title={name}>
              {name}
              {cast.people.find((person) => person.id === characterId)?.isRemoved ? (
                <small>{words.cast.removed}</small>
              ) : null}
            </span>
            <IconButton
              icon={MessageCircle}
              size={14}
              label={words.cast.answer(name)}
              disabledWhy={why}
              onClick={() => void answerAs(characterId)}
            />
            <IconButton
              icon={muted ? MicOff : Mic}
              size={14}
              pressed={muted}
              label={words.cast.mute(name)}
              onClick={() => change(place, { muted: !muted })}
            />
            <IconButton
              icon={ArrowUp}
              size={14}
              label={words.cast.earlier(name)}
              disabledWhy={place === 0 ? words.cast.isFirst : null}
              onClick={() => move(place, place - 1)}
            />
            <IconButton
              icon={ArrowDown}
              size={14}
              label={words.cast.later(name)}
              disabledWhy={place === members.length - 1 ? words.cast.isLast : null}
              onClick={() => move(place, place + 1)}
            />
            <IconButton icon={X} size={14} label={words.cast.remove(name)} onClick={() => remove(place)} />
            {cast.speaks === 'talkativeness' && members.length > 1 ? (
              <input
                type="range"
                min={0}
                max={1}
                step={0.05}
                value={talkativeness}
                aria-label={words.cast.talkativeness(name)}
                onChange={(event) => change(place, { talkativeness: Number(event.target.value) })}
              />
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

/** A story of its own with one of the library. */
function StartChat(): ReactElement | null {
  const known = useLibrary('character');
  return known.length === 0 ? null : (
    <Select
      label={words.cast.startChat}
      shown={words.cast.startChat}
      items={Object.fromEntries(known.map(({ id, name }) => [id, name]))}
      value={null}
      onChoose={(id) => void library.startChat(id)}
    />
  );
}

function Add({ cast }: CastProps): ReactElement {
  const known = useLibrary('character');
  const others = known.filter(({ id }) => !cast.members.some(({ characterId }) => characterId === id));
  if (others.length === 0 || cast.members.length >= MOST_MEMBERS)
    return <p className={ui.quiet}>{known.length === 0 ? words.cast.noCharacters : words.cast.allHere}</p>;
  const add = (characterId: string): void =>
    changeCast({ members: [...cast.members, { characterId, muted: false, talkativeness: 0.5 }] });
  return (
    <Select
      label={words.cast.add}
      shown={words.cast.add}
      items={Object.fromEntries(others.map(({ id, name }) => [id, name]))}
      value={null}
      onChoose={add}
    />
  );
}

const NOBODY = 'nobody';

function Persona({ cast }: CastProps): ReactElement {
  const personas = useLibrary('persona');
  const { personaId } = cast;
  const items = {
    [NOBODY]: words.cast.noPersona,
    ...(personaId === null ? {} : { [personaId]: nameIn(cast, personaId) }),
    ...Object.fromEntries(personas.map(({ id, name }) => [id, name])),
  };
  return (
    <label className={css.way}>
      {words.cast.persona}
      <Select
        label={words.cast.persona}
        items={items}
        value={personaId ?? NOBODY}
        onChoose={(id) => {
          changeCast({ personaId: id === NOBODY ? null : id });
          remember('persona', id);
        }}
      />
    </label>
  );
}

function Ways({ cast }: CastProps): ReactElement {
  const isGroup = cast.members.length > 1;
  return (
    <>
      {isGroup ? (
        <>
          <label className={css.way}>
            {words.cast.speaks}
            <Select
              label={words.cast.speaks}
              items={Object.fromEntries(SPEAKS.map((way) => [way, words.cast.ways[way]]))}
              value={cast.speaks}
              onChoose={(speaks) => changeCast({ speaks: speaks as StoryCast['speaks'] })}
            />
          </label>
          <Talk />
        </>
      ) : null}
      <label className={css.way}>
        {words.cast.names}
        <Select
          label={words.cast.names}
          items={words.cast.namesWhen}
          value={cast.names}
          onChoose={(names) => changeCast({ names: names as StoryCast['names'] })}
        />
      </label>
      <HeadOrder cast={cast} />
    </>
  );
}

/** So many turns of the cast, one after the other. */
function Talk(): ReactElement {
  const turns = useNumber('talkTurns', 3);
  const left = useTalk((talk) => talk.left);
  return (
    <p className={css.way}>
      {left === 0 ? (
        <button type="button" className={ui.button} onClick={() => void letThemTalk(turns)}>
          {words.cast.talk}
        </button>
      ) : (
        <button type="button" className={ui.button} onClick={() => useTalk.setState({ left: 0 })}>
          {words.cast.stopTalk(left)}
        </button>
      )}
      <NumberField
        label={words.cast.turns}
        least={1}
        most={20}
        value={turns}
        onChange={(next) => remember('talkTurns', next ?? 1)}
      />
    </p>
  );
}
