using NodeForge.TestSupport.Results;

namespace NodeForge.Tests;

public sealed class RecordsOfTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-records-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_record_gives_each_row_its_method_its_outcome_and_its_time()
    {
        File.WriteAllText(
            Path.Combine(folder, "a.trx"),
            """
            <TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Times /><Results>
            <UnitTestResult testName="S.A.Row(s: &quot;a\&quot;&lt;b&quot;)" outcome="Failed" testId="x"
              duration="00:01:02.5000000"><Output /></UnitTestResult>
            <UnitTestResult testName="S.A.Other" outcome="NotExecuted" testId="y" duration="00:00:00" /></Results>
            <TestDefinitions><UnitTest name="S.A.Row(s: &quot;a\&quot;&lt;b&quot;)" id="x"><Execution id="x" />
              <TestMethod className="S.A" name="Row" /></UnitTest>
            <UnitTest name="S.A.Other" id="y"><TestMethod className="S.A+In" name="Other" /></UnitTest></TestDefinitions></TestRun>
            """
        );
        Assert.Equal(
            [
                new("S.A.Row(s: \"a\\\"<b\")", "S.A.Row", "Failed", TimeSpan.FromSeconds(62.5)),
                new("S.A.Other", "S.A+In.Other", "NotExecuted", TimeSpan.Zero),
            ],
            TrxRecord.ReadAll(folder)
        );
    }

    [Fact]
    public void Where_nothing_was_run_once_more_there_are_no_records() => Assert.Empty(TrxRecord.ReadAll(Path.Combine(folder, "again")));

    [Fact]
    public void Who_passes_once_more_is_unsteady_and_whoever_fails_twice_has_failed()
    {
        RunSummary summary = new(
            [Test("a", "Passed"), Test("b", "Failed"), Test("c", "Failed"), Test("d", "NotExecuted")],
            [Test("b", "Passed"), Test("c", "Failed")]
        );
        Assert.Equal(["b"], summary.Unsteady);
        Assert.EndsWith(
            "\n1 passed, 1 failed, 1 skipped, 1 unsteady: failed, and passed when run once more:\n  b (2 times by now)\n",
            summary.Text(["2026-01-02 b", "2026-01-02 bb", "2026-01-03 b"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_ten_slowest_are_named_the_slowest_first()
    {
        string[] lines = new RunSummary([.. Enumerable.Range(1, 12).Select(seconds => Test("t" + seconds, "Passed", seconds))], [])
            .Text([])
            .Split('\n');
        Assert.Equal("slowest tests, in seconds:", lines[0]);
        Assert.Equal(Enumerable.Range(3, 10).Reverse().Select(seconds => $"{seconds, 6}.0  t{seconds}"), lines[1..11]);
        Assert.Equal(["12 passed, 0 failed, 0 skipped", ""], lines[11..]);
    }

    private static RecordedTest Test(string name, string outcome, int seconds = 1) =>
        new(name, name, outcome, TimeSpan.FromSeconds(seconds));
}
