using NodeForge.Matrices.Locking;
using NodeForge.Recipes.Locks;

namespace NodeForge.Matrices.Tests;

public sealed class LockingTogether : IDisposable
{
    private const string Text = "recipes: [node.yaml]\nparameters: {version: [v1.20.2, v1.21.0]}\nplatforms: [linux/amd64]\n";
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public void What_two_images_include_begins_with_what_the_first_was_locked_to()
    {
        (MatrixImage first, MatrixImage second) = Images();
        JointLock joint = new([], null);
        Assert.Null(joint.PreviousOf(first));
        joint.Add(first, MatrixRoom.LockOf(first, "7"));
        Assert.Equal("7", ReleaseOf(joint.PreviousOf(second)!));
    }

    [Fact]
    public void A_new_image_begins_with_what_those_before_it_were_locked_to_and_so_does_one_that_stood_alone()
    {
        (MatrixImage first, MatrixImage second) = Images();
        JointLock joint = new([(second, MatrixRoom.LockOf(second, "5"))], null);
        Assert.Equal("5", ReleaseOf(joint.PreviousOf(first)!));
        joint = new([(first, MatrixRoom.LockOf(first, "5")), (second, MatrixRoom.LockOf(second, "6"))], null);
        Assert.Equal("5", ReleaseOf(joint.PreviousOf(second)!));
    }

    [Fact]
    public void All_locks_have_one_epoch_the_newest_of_a_first_time_and_then_the_one_they_have()
    {
        (MatrixImage first, MatrixImage second) = Images();
        JointLock joint = new([], null);
        joint.Add(first, MatrixRoom.LockOf(first, "1", epoch: 5));
        joint.Add(second, MatrixRoom.LockOf(second, "1", epoch: 9));
        Assert.All(joint.Finish(), each => Assert.Equal(9, each.Lock.Epoch));

        joint = new([(first, MatrixRoom.LockOf(first, "1", epoch: 5))], null);
        joint.Add(first, MatrixRoom.LockOf(first, "1", epoch: 5));
        joint.Add(second, MatrixRoom.LockOf(second, "1", epoch: 9));
        Assert.All(joint.Finish(), each => Assert.Equal(5, each.Lock.Epoch));
        Assert.Equal(3, new JointLock([(first, MatrixRoom.LockOf(first, "1"))], 3).PreviousOf(first)!.Epoch);
    }

    [Fact]
    public void What_was_recorded_at_another_epoch_is_not_recorded_any_more()
    {
        (MatrixImage first, MatrixImage second) = Images();
        RecipeLock recorded = MatrixRoom.LockOf(second, "1", epoch: 9);
        recorded = recorded with { Parts = [.. recorded.Parts.Select(part => part with { Output = recorded.Recipe, Layers = [] })] };
        JointLock joint = new([(first, MatrixRoom.LockOf(first, "1", epoch: 5))], null);
        joint.Add(second, recorded);
        Assert.All(Assert.Single(joint.Finish()).Lock.Parts, part => Assert.Null(part.Output));
    }

    private (MatrixImage First, MatrixImage Second) Images()
    {
        Matrix matrix = room.Read(Text);
        return (matrix.Images[0], matrix.Images[1]);
    }

    private static string ReleaseOf(RecipeLock known) => known.Parts.Single(part => part.Recipe == "base.yaml").Packages.Single().Version;
}
