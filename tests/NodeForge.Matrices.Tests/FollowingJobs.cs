using System.Text;
using NodeForge.Matrices.Emission;

namespace NodeForge.Matrices.Tests;

public sealed class FollowingJobs : IDisposable
{
    private const string Text = "recipes: [node.yaml]\nparameters: {version: [v1.20.2, v1.21.0]}\nplatforms: [linux/amd64, linux/arm64]\n";
    private const string Gone = """{"conditions":[{"type":"Failed","status":"True"}]}""";
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public void The_indexes_of_a_Job_tell_which_cells_are_done()
    {
        MatrixStatus status = Read(
            Job("nodes-cells-01234567", """{"active":1,"completedIndexes":"0-1,3"}"""),
            Job("nodes-images-01234567", """{"active":1}""")
        );
        Assert.Equal([JobState.Complete, JobState.Complete, JobState.Running, JobState.Complete], status.Cells.Select(cell => cell.State));
        Assert.Equal((JobState.Running, false, false), (status.Images, status.IsComplete, status.HasFailed));
    }

    [Fact]
    public void A_Job_for_each_cell_tells_of_that_cell()
    {
        MatrixStatus status = Read(
            Job("nodes-cell-0-01234567", """{"conditions":[{"type":"Complete","status":"True"}]}"""),
            Job("nodes-cell-1-01234567", """{"conditions":[{"type":"Failed","status":"True"}]}"""),
            Job("nodes-cell-2-01234567", """{"conditions":[{"type":"Complete","status":"False"}],"active":1}"""),
            Job("nodes-cell-3-01234567", "{}")
        );
        Assert.Equal([JobState.Complete, JobState.Failed, JobState.Running, JobState.Waiting], status.Cells.Select(cell => cell.State));
        Assert.True(status.HasFailed);
    }

    [Fact]
    public void Of_two_sets_of_Jobs_the_newer_one_counts_and_no_other_matrix_s()
    {
        MatrixStatus status = Read(
            Job("nodes-images-11111111", """{"conditions":[{"type":"Complete","status":"True"}]}"""),
            Job("nodes-images-01234567", "{}", created: "2027-01-01T00:00:00Z"),
            Job("other-images-01234567", Gone, matrix: "other", created: "2028-01-01T00:00:00Z")
        );
        Assert.Equal((JobState.Waiting, false), (status.Images, status.HasFailed));
        Assert.True(Read(Job("nodes-images-01234567", """{"conditions":[{"type":"Complete","status":"True"}]}""")).IsComplete);
    }

    [Fact]
    public void A_cluster_without_its_Jobs_and_an_answer_that_is_none_are_told_apart()
    {
        Assert.True(Assert.Throws<NodeForgeException>(() => Read()).Is(ErrorCodes.MatrixJobsMissing));
        foreach (string text in (string[])["", "[]", "{}", """{"items":[{}]}""", """{"items":1}"""])
            Assert.True(Assert.Throws<NodeForgeException>(() => ReadText(text)).Is(ErrorCodes.MatrixJobsUnreadable));
    }

    private MatrixStatus Read(params string[] jobs) => ReadText($$"""{"items":[{{string.Join(',', jobs)}}]}""");

    private MatrixStatus ReadText(string text) => MatrixStatus.Read(room.Read(Text), Encoding.UTF8.GetBytes(text));

    private static string Job(string name, string status, string matrix = "nodes", string created = "2026-01-01T00:00:00Z") =>
        $$"""
            {
              "metadata": {
                "name": "{{name}}",
                "creationTimestamp": "{{created}}",
                "labels": {"nodeforge.dev/matrix": "{{matrix}}"}
              },
              "status": {{status}}
            }
            """;
}
