import { useEffect, useRef, useState } from 'react';
import { ChapterSession } from '../../chapter/chapter-session.ts';
import type { KeptText } from '../../chapter/chapter-view.ts';
import { api } from '../../lib/client.ts';
import { remember, rememberedPlace } from '../../workspace/remembered.ts';
import { useWorkspace } from '../../workspace/workspace.ts';
import { fetchedText } from '../views.ts';

interface Options {
  readonly chapterId: string;
  readonly readOnly: boolean;
  /** How many alternates a Retry writes. */
  readonly retries: number;
  /** The person wanted to write where another page writes. */
  readonly onRefused: () => void;
}

/** A chapter, open for as long as the component stands, whichever view shows it. */
export function useSession({ chapterId, readOnly, retries, onRefused }: Options): ChapterSession | null {
  const [session, setSession] = useState<ChapterSession | null>(null);
  const first = useRef({ readOnly, retries });
  useEffect(() => {
    let layText: ((text: string, kept: KeptText | null) => ReturnType<ChapterText['layText']>) | null = null;
    const opened = new ChapterSession({
      api,
      chapterId,
      ...first.current,
      place: rememberedPlace(chapterId),
      onPlace: (there) => remember(`place:${chapterId}`, JSON.stringify(there)),
      onRefused,
      textReady: fetchedText.then(async (text) => {
        layText = text.layText;
        await text.loadFonts();
      }),
      layText: (text, kept) => {
        if (layText === null) throw new Error('the text is laid out before its chunk is there');
        return layText(text, kept);
      },
    });
    setSession(opened);
    useWorkspace.setState({ controller: opened });
    const leave = (): void => opened.saveNow();
    window.addEventListener('pagehide', leave);
    window.addEventListener('blur', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('blur', leave);
      useWorkspace.setState({ controller: null });
      setSession(null);
      opened.close();
    };
  }, [chapterId, onRefused]);
  useEffect(() => session?.setReadOnly(readOnly), [session, readOnly]);
  useEffect(() => session?.setRetries(retries), [session, retries]);
  return session;
}

type ChapterText = Awaited<typeof fetchedText>;
