using System.Globalization;
using System.Reflection;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Kubernetes.Tests;

public sealed class WhatChangedWhen
{
    [Fact]
    public void Every_change_stands_in_the_table_by_its_name()
    {
        Dictionary<string, Change> fields = typeof(Changes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(Change))
            .ToDictionary(field => field.Name, field => (Change)field.GetValue(null)!);

        Assert.Equal(fields.OrderBy(pair => pair.Key), Changes.All.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Every_change_has_a_source_and_an_order()
    {
        Assert.All(Changes.All.Values, change => Assert.Matches(@"kubernetes#\d|KEP-\d|kind's ", change.Source));
        Assert.All(Changes.All.Values, change => Assert.True(change.Until is not { } last || last >= change.Since));
        Assert.Equal(Changes.All.Values.Select(change => change.Since).Order(), Changes.All.Values.Select(change => change.Since));
    }

    [Fact]
    public void The_page_has_every_change()
    {
        const string Page = "docs/kubernetes-versions.md";
        string text = File.ReadAllText(Path.Combine(GoldenFile.Repository, Page));
        int begin = text.IndexOf("| versions |", StringComparison.Ordinal);
        int end = text.IndexOf("\n`kubeadm init` runs", StringComparison.Ordinal);
        string whole = string.Concat(text.AsSpan(0, begin), Table(), text.AsSpan(end));

        Assert.Equal(whole, GoldenFile.Expect(Page, whole));
    }

    private static string Table()
    {
        IEnumerable<string> rows = Changes.All.Values.Select(change =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| 1.{change.Since} {(change.Until is { } last ? $"to 1.{last}" : "and newer")} | {change.What} | {change.Source} |\n"
            )
        );
        return string.Concat(rows.Prepend("| versions | what | source |\n|---|---|---|\n"));
    }

    [Theory]
    [InlineData("v1.34.9", false)]
    [InlineData("v1.35.0-rc.1", true)]
    [InlineData("v1.37.0", true)]
    [InlineData("v1.99.0", true)]
    public void A_change_holds_from_its_first_minor_version_on(string version, bool holds) =>
        Assert.Equal(holds, Changes.FailsOnCgroupV1.HoldsFor(KubernetesVersion.Parse(version)));

    [Theory]
    [InlineData("v1.19.9", false)]
    [InlineData("v1.20.2", true)]
    [InlineData("v1.23.17", true)]
    [InlineData("v1.24.0", false)]
    public void A_change_that_was_taken_back_holds_to_its_last_one(string version, bool holds) =>
        Assert.Equal(holds, Changes.AsksForDocker.HoldsFor(KubernetesVersion.Parse(version)));
}
