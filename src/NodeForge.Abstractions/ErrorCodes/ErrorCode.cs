namespace NodeForge;

/// <summary>An entry of the error catalogue.</summary>
/// <param name="Id"><c>NF</c> and four digits; the first digit is the stage.</param>
/// <param name="ExitCode">What a process that fails with it returns.</param>
/// <param name="Title">When it is raised, in one sentence.</param>
/// <param name="Remedy">What the catalogue advises.</param>
public sealed record ErrorCode(string Id, ExitCode ExitCode, string Title, string Remedy)
{
    public override string ToString() => Id;
}
