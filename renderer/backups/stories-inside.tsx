import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { BackedUpStory, Backup } from '../../shared/contract/backups.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { goToStory, refreshLibrary } from '../library/library.ts';
import { api, queries } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { toast, toastFault } from '../ui/toasts.tsx';
import { whenOf } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './backups.module.css';

const say = words.backups;

interface Props {
  readonly backup: Backup;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

/** A backup, opened: its stories to read, and to take out one by one. */
export function StoriesInside({ backup, onBack, onClose }: Props): ReactElement {
  const stories = useQuery({ ...queries.backups.look.queryOptions({ input: { name: backup.name } }), retry: false });
  const [read, setRead] = useState<BackedUpStory | null>(null);
  return (
    <div className={css.inside}>
      <button
        key={read?.id ?? ''}
        type="button"
        className={ui.textButton}
        autoFocus
        onClick={() => (read === null ? onBack() : setRead(null))}
      >
        {words.backups.back(read === null ? say.title : whenOf(backup.at))}
      </button>
      {stories.error === null ? null : (
        <p className={ui.fault} role="alert">
          {sentenceOf(faultOf(stories.error))}
        </p>
      )}
      {read !== null ? (
        <StoryText backup={backup} story={read} />
      ) : (
        <>
          <h3>{whenOf(backup.at)}</h3>
          {stories.data?.length === 0 ? <p className={ui.quiet}>{say.noStories}</p> : null}
          <ul className={css.stories} aria-label={say.stories}>
            {stories.data?.map((story) => (
              <StoryRow key={story.id} backup={backup} story={story} onRead={() => setRead(story)} onTaken={onClose} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

interface RowProps {
  readonly backup: Backup;
  readonly story: BackedUpStory;
  readonly onRead: () => void;
  readonly onTaken: () => void;
}

function StoryRow({ backup, story, onRead, onTaken }: RowProps): ReactElement {
  const take = useMutation({
    mutationFn: () => api.backups.take({ name: backup.name, storyId: story.id }),
    onSuccess: async ({ storyId, title }) => {
      onTaken();
      await refreshLibrary();
      const open = async (): Promise<void> => {
        const taken = (await api.stories.list()).find(({ id }) => id === storyId);
        if (taken !== undefined) await goToStory(taken);
      };
      toast(say.taken(title), { action: { label: say.open, run: () => void open().catch(toastFault) } });
    },
    onError: toastFault,
  });
  return (
    <li>
      <div>
        <span className={css.storyTitle}>{story.title}</span>
        <span className={`${ui.quiet} num`}>{say.story(story)}</span>
        <span className={ui.quiet}>{say.takeHint(story.isHere)}</span>
      </div>
      <button type="button" className={ui.button} aria-label={say.actionOn(say.read, story.title)} onClick={onRead}>
        {say.read}
      </button>
      <button
        type="button"
        className={ui.button}
        aria-label={say.actionOn(say.take, story.title)}
        aria-disabled={take.isPending}
        onClick={() => (take.isPending ? undefined : take.mutate())}
      >
        {say.take}
      </button>
    </li>
  );
}

function StoryText({ backup, story }: { readonly backup: Backup; readonly story: BackedUpStory }): ReactElement {
  const input = { name: backup.name, storyId: story.id };
  const text = useQuery({ ...queries.backups.read.queryOptions({ input }), retry: false });
  return (
    <article className={css.text} aria-label={say.readOnly(story.title)} tabIndex={0}>
      <h3>{say.readOnly(story.title)}</h3>
      {text.error === null ? null : (
        <p className={ui.fault} role="alert">
          {sentenceOf(faultOf(text.error))}
        </p>
      )}
      {text.data?.map(({ title, paragraphs }, place) => (
        <section key={place}>
          <h4>{title}</h4>
          {paragraphs.map((paragraph, number) => (
            <p key={number} dir="auto">
              {paragraph}
            </p>
          ))}
        </section>
      ))}
    </article>
  );
}
