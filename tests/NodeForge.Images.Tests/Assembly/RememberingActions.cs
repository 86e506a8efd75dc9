using NodeForge.Oci;

namespace NodeForge.Images.Tests.Assembly;

public sealed class RememberingActions
{
    private static readonly Digest Key = ActionKey.Of("test/1", "a");

    [Fact]
    public async Task What_was_done_is_not_done_again()
    {
        using AssemblyRoom room = new();
        int runs = 0;
        await RunAsync(room, () => runs++);
        await RunAsync(room, () => runs++);
        Assert.Equal(1, runs);
        Assert.Equal("cached", room.Events.OfType<StepFinished>().Last().Detail);
    }

    [Fact]
    public async Task What_was_done_is_done_again_when_its_content_is_gone()
    {
        using AssemblyRoom room = new();
        int runs = 0;
        IReadOnlyList<ActionOutput> outputs = await RunAsync(room, () => runs++);
        File.Delete(room.Store.PathOf(outputs[0].Digest));
        await RunAsync(room, () => runs++);
        Assert.Equal(2, runs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[{\"na")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("null")]
    public async Task A_torn_entry_counts_as_none(string entry)
    {
        using AssemblyRoom room = new();
        room.Write("cache/actions/" + Key.Hex, entry);
        int runs = 0;
        await RunAsync(room, () => runs++);
        Assert.Equal(1, runs);
        Assert.NotNull(room.Environment.Actions.Find(Key));
    }

    [Fact]
    public async Task An_entry_with_any_bit_flipped_counts_as_none_and_is_told()
    {
        using AssemblyRoom room = new();
        await RunAsync(room, () => { });
        string entry = room["cache/actions/" + Key.Hex];
        byte[] whole = await File.ReadAllBytesAsync(entry);
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(entry, flipped);
            Assert.Null(room.Environment.Actions.Find(Key));
            Assert.False(File.Exists(entry));
        }

        Diagnostic told = room.Events.OfType<Warned>().Last().Diagnostic;
        Assert.Equal((ErrorCodes.ActionRecordDamaged, entry), (told.Code, told.Where!.Resource));
    }

    [Fact]
    public async Task An_entry_of_another_action_counts_as_none()
    {
        using AssemblyRoom room = new();
        await RunAsync(room, () => { });
        Digest other = ActionKey.Of("test/1", "b");
        File.Copy(room["cache/actions/" + Key.Hex], room["cache/actions/" + other.Hex]);
        Assert.Null(room.Environment.Actions.Find(other));
    }

    [Fact]
    public async Task Two_at_once_do_it_once()
    {
        using AssemblyRoom room = new();
        int runs = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RunAsync(room, () => Interlocked.Increment(ref runs)))));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task What_fails_is_not_remembered()
    {
        using AssemblyRoom room = new();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => RunAsync(room, () => throw new TimeZoneNotFoundException()));
        Assert.Null(room.Environment.Actions.Find(Key));
        Assert.Single(room.Events.OfType<StepFailed>());
    }

    [Fact]
    public void Inputs_are_told_apart_by_their_lengths()
    {
        Assert.NotEqual(ActionKey.Of("a", "bc", "d"), ActionKey.Of("a", "b", "cd"));
    }

    [Fact]
    public void Scratch_that_nobody_holds_is_swept_and_what_is_in_use_stays()
    {
        using AssemblyRoom room = new();
        using ScratchFolder living = room.Environment.NewScratch("compile");
        string killed = room["cache/scratch/rootfs-1-abc"];
        room.Write("cache/scratch/rootfs-1-abc/etc/passwd", "x");
        room.Write("cache/scratch/rootfs-1-abc.lock", "");
        string unknown = Directory.CreateDirectory(room["cache/scratch/young"]).FullName;
        room.Environment.Sweep();
        Assert.True(Directory.Exists(living.Path));
        Assert.False(Directory.Exists(killed));
        Assert.False(File.Exists(killed + ".lock"));
        Assert.True(Directory.Exists(unknown));
        Directory.SetLastWriteTimeUtc(unknown, DateTime.UnixEpoch);
        room.Environment.Sweep();
        Assert.False(Directory.Exists(unknown));
    }

    [Fact]
    public void Scratch_goes_with_its_step()
    {
        using AssemblyRoom room = new();
        room.Environment.NewScratch("a").Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(room["cache/scratch"]));
    }

    [Fact]
    public void Scratch_below_a_folder_with_a_blank_is_given_to_programs_under_a_name_without_one_that_goes_with_it()
    {
        using AssemblyRoom room = new();
        using (ScratchFolder scratch = new(room["ca che/rootfs-1-abc"]))
        {
            File.WriteAllText(scratch.Combine("x"), "y");
            Assert.DoesNotContain(' ', scratch.Path);
            Assert.Equal("y", File.ReadAllText(room["ca che/rootfs-1-abc/x"]));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(room["ca che"]));
        Assert.False(Path.Exists(ScratchAlias.Of(room["ca che/rootfs-1-abc"])));
    }

    [Fact]
    public void The_other_name_of_scratch_that_was_killed_is_swept_with_it()
    {
        using AssemblyRoom room = new();
        string killed = Path.GetDirectoryName(room.Write("ca che/rootfs-1-def/x", "y"))!;
        room.Write("ca che/rootfs-1-def.lock", "");
        string link = ScratchAlias.Of(killed)!;
        File.CreateSymbolicLink(link, killed);
        ScratchSweep.Run(room["ca che"], TimeProvider.System);
        Assert.Equal((false, null), (Directory.Exists(killed), new FileInfo(link).LinkTarget));
    }

    private static async Task<IReadOnlyList<ActionOutput>> RunAsync(AssemblyRoom room, Action run)
    {
        using ForgeStep step = room.Step("test");
        return await room.Environment.Actions.GetOrRunAsync(
            Key,
            step,
            async () =>
            {
                await Task.Delay(20);
                run();
                return [new("x", room.Store.Write([1, 2, 3]), 3)];
            },
            CancellationToken.None
        );
    }
}
