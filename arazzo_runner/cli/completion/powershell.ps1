# Completion of arazzo for PowerShell 5.1 and newer: arazzo completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName arazzo -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # The text of the command ends before the spaces that stand before the cursor.
    $length = $cursorPosition - $commandAst.Extent.StartOffset
    $line = $commandAst.Extent.Text.PadRight($length).Substring(0, $length)
    $encoded = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($line))
    $program = $commandAst.GetCommandName()
    $reply = & $program __complete powershell $encoded 2>$null | ConvertFrom-Json
    # Without any result PowerShell completes paths; an empty one keeps it from that.
    if ($reply.paths) { return }
    if (-not $reply.words) { return '' }
    foreach ($word in $reply.words) {
        [System.Management.Automation.CompletionResult]::new($word.text, $word.shown, 'ParameterValue', $word.tip)
    }
}
