import { buildEngine, forgetBuild } from '../engines/local/host/own-build.ts';

/** The engine's library, built for the processor of this computer; or (`remove`) the one that came again. */
export async function runBuildEngine({ remove = false }: { readonly remove?: boolean | undefined }): Promise<number> {
  if (remove) {
    await forgetBuild();
    process.stderr.write('The engine uses the library that came with it again, from its next start on.\n');
    return 0;
  }
  await buildEngine(() => {
    process.stderr.write('Building takes some minutes …\n');
  });
  process.stderr.write(
    'The engine uses its own build from its next start on, on the processor; “paphos verify” says which one is in use.\n',
  );
  return 0;
}
