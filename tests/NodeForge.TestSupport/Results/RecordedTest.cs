namespace NodeForge.TestSupport.Results;

/// <summary>What became of one test, or of one row of a theory.</summary>
/// <param name="Name">With the row's values.</param>
/// <param name="Method">With its class and namespace, as <c>--filter-method</c> takes it.</param>
/// <param name="Outcome">In the words of the record: Passed, Failed or NotExecuted.</param>
public sealed record RecordedTest(string Name, string Method, string Outcome, TimeSpan Duration)
{
    public bool Failed => Outcome == "Failed";
}
