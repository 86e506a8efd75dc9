using NodeForge.TestSupport.Golden;

namespace NodeForge.Aspire.Hosting.Tests;

public sealed class ShownApi
{
    [Fact]
    public void The_library_shows_what_its_file_says()
    {
        string api = PublicApi.Of(typeof(NodeForgeClusterResource).Assembly);
        Assert.Equal(GoldenFile.Expect("src/NodeForge.Aspire.Hosting/PublicApi.txt", api), api);
    }
}
