import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type CSSProperties, type ReactElement } from 'react';
import { Binder } from '../library/binder.tsx';
import { goToStory, refreshLibrary, useStories } from '../library/library.ts';
import { ContextPanel } from '../ledger/context-panel.tsx';
import { words } from '../lib/words.ts';
import { ModelPanel } from '../models/model-panel.tsx';
import { SamplingPanel } from '../settings/sampling-panel.tsx';
import { SettingsDialog } from '../settings/settings-dialog.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { toast } from '../ui/toasts.tsx';
import { useKeyboard } from './keyboard.ts';
import { togglePanel, usePanel, usePanelWidth, type Panel } from './panels.ts';
import { Palette } from './palette.tsx';
import { Page } from './page.tsx';
import { Rail } from './rail.tsx';
import { remember, useText } from './remembered.ts';
import { useManuscript, useSession } from './session.ts';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { StatusBar } from './status-bar.tsx';
import { TitleRow } from './title-row.tsx';
import { TurnMenu } from './turn-menu.tsx';

export function Shell(): ReactElement {
  const binder = usePanel('binder');
  const inspector = usePanel('inspector');
  useFirstStory();
  useFreshLibrary();
  useNotices();
  useFirstReply();
  useKeyboard();
  const close = (): void => useSession.setState({ over: null });
  const widths = { '--binder': `${String(usePanelWidth('binder').width)}px`, '--inspector': `${String(usePanelWidth('inspector').width)}px` };
  return (
    <div className="app" data-binder={binder} data-inspector={inspector} style={widths as CSSProperties}>
      <TitleRow />
      <Rail />
      {binder === 'closed' ? null : <Binder />}
      <Page />
      {inspector === 'closed' ? null : (
        <aside className="inspector" aria-label={words.inspector}>
          <ContextPanel />
          <hr />
          <ModelPanel />
          <hr />
          <SamplingPanel />
        </aside>
      )}
      {binder === 'beside' ? <Edge panel="binder" /> : null}
      {inspector === 'beside' ? <Edge panel="inspector" /> : null}
      {binder === 'over' || inspector === 'over' ? <div className="veil" onClick={close} /> : null}
      <StatusBar />
      <TurnMenu />
      <Dialogs />
    </div>
  );
}

function Edge({ panel }: { readonly panel: Panel }): ReactElement {
  const size = usePanelWidth(panel);
  return (
    <Splitter {...size} side={panel === 'binder' ? 'left' : 'right'} label={words.panelWidth[panel]}
      onChange={(width) => remember(`width:${panel}`, width)} onCollapse={() => togglePanel(panel)} />
  );
}

function Dialogs(): ReactElement | null {
  const dialog = useSession((session) => session.dialog);
  const close = (): void => useSession.setState({ dialog: null });
  if (dialog === 'palette') return <Palette onClose={close} />;
  if (dialog === 'shortcuts') return <ShortcutSheet onClose={close} />;
  if (dialog === 'settings') return <SettingsDialog onClose={close} />;
  return null;
}

/** Opens the story of last time, or the newest. */
function useFirstStory(): void {
  const stories = useStories();
  const client = useQueryClient();
  const last = useText('story');
  const none = useSession((session) => session.place === null);
  useEffect(() => {
    if (!none || stories === undefined) return;
    const story = stories.find((one) => one.id === last) ?? stories[0];
    if (story !== undefined) void goToStory(story, client);
  }, [none, stories, last, client]);
}

/** Word counts in the binder follow what has been saved. */
function useFreshLibrary(): void {
  const client = useQueryClient();
  const revision = useManuscript((page) => page.planTarget.revision);
  const saved = useManuscript((page) => page.save === 'saved') === true;
  useEffect(() => {
    if (!saved) return undefined;
    const timer = setTimeout(() => void refreshLibrary(client), 1000);
    return () => clearTimeout(timer);
  }, [client, revision, saved]);
}

/** What the page wants to say once becomes a toast. */
function useNotices(): void {
  const controller = useSession((session) => session.controller);
  const notice = useManuscript((page) => page.notice);
  const heard = useRef({ controller, key: -1 });
  useEffect(() => {
    if (heard.current.controller !== controller) heard.current = { controller, key: -1 };
    if (notice === null || notice.key <= heard.current.key) return;
    heard.current.key = notice.key;
    toast(notice.message, notice);
  }, [controller, notice]);
}

/** The hint that teaches the first key has done its work once a reply was asked for, by whatever key. */
function useFirstReply(): void {
  const replying = useManuscript((page) => page.generation !== null) === true;
  useEffect(() => {
    if (replying) remember('replied', true);
  }, [replying]);
}
