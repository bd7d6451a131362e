// Starts `arazzo lsp`, and runs a workflow with mock in a terminal where the lens above it is chosen.

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";

const RUN_MOCK = "arazzo.runMock";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("arazzo.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("arazzo.command")) {
        void restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function restart(): Promise<void> {
  await client?.stop();
  await start();
}

async function start(): Promise<void> {
  const [command, ...args] = commandLine();
  const server: ServerOptions = { command, args, options: { cwd: folder() } };
  client = new LanguageClient("arazzo", "Arazzo", server, clientOptions());
  try {
    await client.start();
  } catch (reason) {
    const hint = 'install it with `pip install "arazzo[lsp]"`, or set `arazzo.command`';
    void vscode.window.showErrorMessage(`\`${command}\` does not start (${String(reason)}): ${hint}`);
  }
}

function clientOptions(): LanguageClientOptions {
  const schemes = ["file", "untitled"];
  return {
    // API descriptions are read as well, so that unsaved ones count.
    documentSelector: schemes.flatMap((scheme) => [
      { scheme, language: "yaml" },
      { scheme, language: "json" },
    ]),
    synchronize: {
      fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{yaml,yml,json,toml}"),
    },
    middleware: { executeCommand: runCommand, provideCompletionItem: complete },
  };
}

function commandLine(): [string, ...string[]] {
  const written = vscode.workspace.getConfiguration("arazzo").get<string[]>("command") ?? [];
  const [command = "arazzo", ...args] = written.map((word) =>
    word.replace("${workspaceFolder}", folder() ?? "."),
  );
  return [command, ...args];
}

function folder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

// The server runs the text as it is in the editor; here its whole output is shown.
async function runCommand(
  command: string,
  args: unknown[],
  next: (command: string, args: unknown[]) => unknown,
): Promise<unknown> {
  if (command !== RUN_MOCK || client === undefined) {
    return next(command, args);
  }
  const done = (await client.sendRequest(ExecuteCommandRequest.type, {
    command,
    arguments: args,
  })) as { exitCode: number; output: string };
  client.outputChannel.appendLine(done.output);
  client.outputChannel.show(true);
  return done;
}

// Behind `$steps.` and the like the next name is asked for at once.
async function complete(
  document: vscode.TextDocument,
  position: vscode.Position,
  context: vscode.CompletionContext,
  token: vscode.CancellationToken,
  next: (
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.CompletionContext,
    token: vscode.CancellationToken,
  ) => vscode.ProviderResult<vscode.CompletionItem[] | vscode.CompletionList>,
): Promise<vscode.CompletionItem[] | vscode.CompletionList | null | undefined> {
  const found = await next(document, position, context, token);
  for (const item of Array.isArray(found) ? found : (found?.items ?? [])) {
    const label = typeof item.label === "string" ? item.label : item.label.label;
    if (label.startsWith("$") && label.endsWith(".")) {
      item.command = { command: "editor.action.triggerSuggest", title: "Suggest" };
    }
  }
  return found;
}
