namespace NodeForge.Images.Processes;

/// <summary>What a program came to.</summary>
/// <param name="ExitCode">128 + n where signal n ended it.</param>
/// <param name="Output">Its standard output, or the end of it.</param>
/// <param name="Error">Its standard error, or the end of it.</param>
/// <param name="OutputCut">The beginning of <paramref name="Output"/> is missing.</param>
public sealed record ProgramResult(int ExitCode, string Output, string Error, bool OutputCut);
