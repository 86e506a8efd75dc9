using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>A local file is read once as long as it is the same file; what it is called, how long it is and the time that it was given say
/// nothing of what is in it.</summary>
public sealed class TakingLocalFiles : IDisposable
{
    private static readonly DateTime Fixed = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly AssemblyRoom room = new();

    public void Dispose() => room.Dispose();

    private Task<Digest> TakeAsync(string path, TimeSpan? later = null) =>
        new LocalFiles(room.Environment with { Clock = new LaterClock(later ?? TimeSpan.FromMinutes(1)) }).TakeAsync(
            path,
            CancellationToken.None
        );

    private int Cached => room.Events.OfType<StepFinished>().Count(step => step.Detail == "cached");

    private string Write(string text)
    {
        string path = room.Write("server.tar", text);
        File.SetLastWriteTimeUtc(path, Fixed);
        return path;
    }

    [Fact]
    public async Task A_file_that_stays_is_read_once()
    {
        string path = Write("one");
        Assert.Equal(await TakeAsync(path), await TakeAsync(path));
        Assert.Equal(1, Cached);
    }

    [Fact]
    public async Task Other_content_of_the_same_length_and_time_is_another_file()
    {
        Assert.Equal(Digest.Of("one"u8), await TakeAsync(Write("one")));
        Assert.Equal(Digest.Of("two"u8), await TakeAsync(Write("two")));
        string other = room.Write("other.tar", "six");
        File.SetLastWriteTimeUtc(other, Fixed);
        File.Move(other, room["server.tar"], overwrite: true);
        Assert.Equal(Digest.Of("six"u8), await TakeAsync(room["server.tar"]));
    }

    [Fact]
    public async Task What_a_link_leads_to_decides()
    {
        (string one, string two) = (room.Write("one.tar", "one"), room.Write("two.tar", "two"));
        File.CreateSymbolicLink(room["link.tar"], one);
        Assert.Equal(Digest.Of("one"u8), await TakeAsync(room["link.tar"]));
        File.Delete(room["link.tar"]);
        File.CreateSymbolicLink(room["link.tar"], two);
        Assert.Equal(Digest.Of("two"u8), await TakeAsync(room["link.tar"]));
    }

    [Fact]
    public async Task A_file_that_was_written_just_now_is_read_again()
    {
        string path = Write("one");
        await TakeAsync(path, TimeSpan.Zero);
        await TakeAsync(path, TimeSpan.Zero);
        Assert.Equal(0, Cached);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told() =>
        Assert.Equal(ErrorCodes.PathNotUsable, (await AssemblyRoom.FailsAsync(() => TakeAsync(room["nowhere.tar"]))).Code);

    private sealed class LaterClock(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + later;
    }
}
