// The grammar, as the editor reads it: which scopes the parts of expressions get.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const require = createRequire(import.meta.url);
const wasm = await readFile(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

const expressions = new URL("../syntaxes/expressions.tmLanguage.json", import.meta.url);
// A little grammar in place of the editor's own: values of YAML are strings.
const YAML = {
  scopeName: "source.yaml",
  patterns: [
    { name: "comment.line.yaml", match: "#.*$" },
    { begin: "(?<=: )", end: "$", name: "string.unquoted.plain.out.yaml" },
  ],
};
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) =>
    scope === "source.yaml"
      ? YAML
      : textmate.parseRawGrammar(await readFile(expressions, "utf8"), "expressions.json"),
  getInjections: (scope) => (scope === "source.yaml" ? ["arazzo.expressions.injection"] : []),
});
const grammar = await registry.loadGrammar("source.yaml");

function scopes(line) {
  const { tokens } = grammar.tokenizeLine(line, textmate.INITIAL);
  const named = tokens.map((one) => [line.slice(one.startIndex, one.endIndex), one.scopes.at(-1)]);
  return Object.fromEntries(named.filter(([, scope]) => scope.endsWith(".arazzo")));
}

test("names, parts and pointers of an expression", () => {
  assert.deepEqual(scopes("first: $response.body#/items/0/id"), {
    $: "punctuation.definition.variable.arazzo",
    response: "variable.language.arazzo",
    ".": "punctuation.accessor.arazzo",
    body: "keyword.other.part.arazzo",
    "#": "punctuation.definition.pointer.arazzo",
    "/items/0/id": "constant.other.pointer.arazzo",
  });
});

test("an expression within text ends with its brace", () => {
  const found = scopes("text: a {$steps.list.outputs.id} b");
  assert.equal(found["{"], "punctuation.definition.template-expression.begin.arazzo");
  assert.equal(found["}"], "punctuation.definition.template-expression.end.arazzo");
  assert.equal(found.list, "variable.other.member.arazzo");
  assert.equal(found[" b"], undefined);
});

test("a condition is coloured as far as it is expressions", () => {
  const found = scopes("condition: $statusCode == 200 && $inputs.a[0] != 'x'");
  assert.equal(found.statusCode, "variable.language.arazzo");
  assert.equal(found.inputs, "variable.language.arazzo");
  assert.equal(found["[0]"], "constant.numeric.index.arazzo");
  assert.equal(found[" == 200 && "], undefined);
});

test("other words with a dollar sign are none", () => {
  assert.deepEqual(scopes("price: $5 and $refund"), {});
  assert.deepEqual(scopes("# $inputs.a"), {});
});
