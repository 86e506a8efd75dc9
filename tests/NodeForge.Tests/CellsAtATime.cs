namespace NodeForge.Tests;

/// <summary>How many cells of a matrix are built side by side unless somebody says.</summary>
public sealed class CellsAtATime
{
    [Theory]
    [InlineData(2, 16, 8, 2)]
    [InlineData(64, 3, 8, 3)]
    [InlineData(8, 64, 3, 3)]
    [InlineData(8, 0, 8, 1)]
    public void As_many_are_built_as_cores_and_memory_are_for(int cores, long gibibytes, int cells, int jobs) =>
        Assert.Equal(jobs, MatrixBuild.JobsFor(cores, gibibytes << 30, cells));
}
